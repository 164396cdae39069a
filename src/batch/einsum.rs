//! The letters of an `einsum` with one more axis in front.

use crate::graph::Fault;

/// The letters with a new first axis for the batched operands and for the result.
pub(super) fn with_axis(text: &str, batched: &[bool]) -> Result<String, Fault> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (inputs, output) = match compact.split_once("->") {
        Some((inputs, output)) => (inputs.to_string(), output.to_string()),
        None => {
            // NumPy's implicit result: the letters that stand once, in order.
            let mut letters: Vec<char> = compact.chars().filter(|c| c.is_alphabetic()).collect();
            letters.sort_unstable();
            let once = letters.iter().filter(|c| letters.iter().filter(|d| d == c).count() == 1);
            (compact.clone(), once.collect())
        }
    };
    let fresh = ('a'..='z').chain('A'..='Z').find(|c| !compact.contains(*c));
    let Some(fresh) = fresh else {
        return Err(Fault::new("nnlang::shape::einsum", "this einsum uses every letter, and its index needs one more"));
    };
    let operands: Vec<String> = inputs
        .split(',')
        .zip(batched)
        .map(|(letters, batched)| if *batched { format!("{fresh}{letters}") } else { letters.to_string() })
        .collect();
    Ok(format!("{}->{fresh}{output}", operands.join(",")))
}
