//! The idx format of MNIST: two zero bytes, the kind of entry, how many axes, their sizes, the entries, highest byte first.

use super::entries::{self, Entry, MOST_AXES, Order};
use super::errors::{self, DataError};
use crate::tensor::Tensor;

/// Is it named as such a file: `train-images-idx3-ubyte`, `labels.idx`, `a.idx1-ubyte`?
pub(super) fn is_named(file: &str) -> bool {
    let base = file.rsplit(['/', '\\']).next().unwrap_or(file).to_lowercase();
    let behind = base.rsplit(['.', '-']).find(|part| part.starts_with("idx"));
    behind.is_some_and(|part| part[3..].bytes().all(|b| b.is_ascii_digit()))
}

/// The name of its column: pictures are `image`, one number a row is `label`.
pub(super) fn column(tensor: &Tensor) -> &'static str {
    if tensor.shape().len() > 1 { "image" } else { "label" }
}

/// The one array of a file.
pub(super) fn read(file: &str, bytes: &[u8]) -> Result<Tensor, DataError> {
    let [0, 0, kind, axes, rest @ ..] = bytes else {
        return Err(errors::other_kind(file, "an idx file", bytes));
    };
    let entry = match kind {
        0x08 => Entry::U8,
        0x09 => Entry::I8,
        0x0B => Entry::I16,
        0x0C => Entry::I32,
        0x0D => Entry::F32,
        0x0E => Entry::F64,
        _ => return Err(errors::other_kind(file, "an idx file", bytes)),
    };
    let axes = usize::from(*axes);
    if axes == 0 || axes > MOST_AXES {
        return Err(errors::damaged(file, format!("it tells of {axes} dimensions")));
    }
    let Some((sizes, entries)) = rest.split_at_checked(4 * axes) else {
        return Err(errors::damaged(file, "it ends within its header"));
    };
    let sizes: Vec<usize> = sizes.as_chunks::<4>().0.iter().map(|size| u32::from_be_bytes(*size) as usize).collect();
    let told = entries::size(entry, &sizes);
    if told != Some(entries.len()) {
        let told = told.map_or("more bytes than can be counted".into(), |told| format!("{told} bytes of entries"));
        return Err(errors::damaged(file, format!("it tells of {told}, and {} are there", entries.len())));
    }
    entries::decode(file, "", entry, entries, &sizes, Order { big_endian: true, first_axis_fastest: false })
}
