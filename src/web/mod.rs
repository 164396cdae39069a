//! The page in the browser: a server on this machine alone, one text, and what comes of it at every key.

mod desk;
mod evaluate;
mod merge;
mod page;
mod places;
mod report;
mod server;
mod sliders;
mod waiting;
mod wire;

pub use page::Page;
pub use report::report;
pub use wire::Limits;

use crate::outside::Outside;
use desk::Desk;
use server::Server;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// So often the file is looked at.
const LOOKS: Duration = Duration::from_millis(500);

/// A page that is served.
#[derive(Debug)]
pub struct Open {
    desk: Arc<Desk>,
    server: Server,
    page: Page,
}

impl Open {
    /// Opens a page on a free port of this machine.
    ///
    /// # Errors
    /// The system gives no port, no random numbers or no thread.
    pub fn new(page: Page, limits: Limits) -> io::Result<Open> {
        let desk = Arc::new(Desk::default());
        let server = Server::new(desk.clone(), limits)?;
        Ok(Open { desk, server, page })
    }

    /// The address that opens it.
    pub fn address(&self) -> String {
        self.server.address()
    }

    /// An address that opens it once, for a browser that is started with it.
    pub fn address_once(&self) -> String {
        self.server.address_once()
    }

    /// The page.
    pub fn page(&self) -> &Page {
        &self.page
    }

    /// Answers until it is to end.
    pub fn serve(&mut self, outside: &mut dyn Outside, ends: &dyn Fn(&dyn Outside) -> bool) {
        let mut looked = outside.clock();
        while !ends(outside) {
            let patience = if self.page.learns() { Duration::ZERO } else { Duration::from_millis(100) };
            match self.desk.next(patience) {
                Some(job) => self.page.take(&job, &self.desk, outside),
                None => self.page.go_on(&self.desk, outside),
            }
            let now = outside.clock();
            if now.saturating_sub(looked) >= LOOKS {
                looked = now;
                self.page.look(&self.desk, outside);
            }
        }
    }
}
