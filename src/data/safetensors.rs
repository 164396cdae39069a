//! The .safetensors format: the length of a JSON header, the header, then the entries of all arrays without a gap.

use super::Found;
use super::entries::{self, Entry, Order};
use super::errors::{self, DataError};
use crate::tensor::Tensor;
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

/// The key of the note among the file's own words.
const NOTE: &str = "nnlang";

/// The arrays of a file, in the order of their bytes, and those that cannot be used.
pub(super) fn read(file: &str, bytes: &[u8]) -> Result<Found, DataError> {
    guard(file, bytes)?;
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| unreadable(file, &error))?;
    let all = SafeTensors::deserialize(bytes).map_err(|error| unreadable(file, &error))?;
    let (mut arrays, mut refused) = (vec![], vec![]);
    for name in header.offset_keys() {
        let view = all.tensor(&name).map_err(|error| unreadable(file, &error))?;
        let unknown =
            || errors::entries(file, &name, &format!("numbers of a kind that is not known (`{:?}`)", view.dtype()));
        let entry = entry(view.dtype()).ok_or_else(unknown);
        match entry.and_then(|entry| entries::decode(file, &name, entry, view.data(), view.shape(), Order::PLAIN)) {
            Ok(tensor) => arrays.push((name, tensor)),
            Err(error) if error.code == "nnlang::value::file_damaged" => return Err(error),
            Err(error) => refused.push((name, error)),
        }
    }
    Ok((arrays, refused))
}

/// The arrays of a file, all of which are wanted, whatever its name.
pub fn arrays(file: &str, bytes: &[u8]) -> Result<Vec<(String, Tensor)>, DataError> {
    let (arrays, refused) = read(file, bytes)?;
    match refused.into_iter().next() {
        Some((_, error)) => Err(error),
        None => Ok(arrays),
    }
}

/// The bytes of a file with these arrays, and a note of ours (statistics of columns, say). The same arrays in any order give
/// the same bytes. An error where two have one name.
pub fn write(file: &str, arrays: &[(String, Tensor)], note: Option<&str>) -> Result<Vec<u8>, DataError> {
    let mut names = BTreeSet::new();
    let mut held = Vec::new();
    for (name, tensor) in arrays {
        // The format keeps this name for its own words.
        if !names.insert(name) || name == "__metadata__" {
            return Err(errors::same_array(file, name));
        }
        let (dtype, bytes): (Dtype, Vec<u8>) = match tensor {
            Tensor::F64(a) => (Dtype::F64, a.iter().flat_map(|v| v.to_le_bytes()).collect()),
            Tensor::F32(a) => (Dtype::F32, a.iter().flat_map(|v| v.to_le_bytes()).collect()),
            Tensor::Int(a) => (Dtype::I64, a.iter().flat_map(|v| v.to_le_bytes()).collect()),
            Tensor::Bool(a) => (Dtype::BOOL, a.iter().map(|v| u8::from(*v)).collect()),
        };
        held.push((name, dtype, tensor.shape().to_vec(), bytes));
    }
    let views = held
        .iter()
        .map(|(name, dtype, shape, bytes)| Ok((name.as_str(), TensorView::new(*dtype, shape.clone(), bytes)?)))
        .collect::<Result<Vec<_>, safetensors::SafeTensorError>>();
    let own = note.map(|note| HashMap::from([(NOTE.to_string(), note.to_string())]));
    views.and_then(|views| serialize(views, own)).map_err(|error| unreadable(file, &error))
}

/// Our note in a file, where there is one.
pub fn note(file: &str, bytes: &[u8]) -> Result<Option<String>, DataError> {
    guard(file, bytes)?;
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| unreadable(file, &error))?;
    Ok(header.metadata().as_ref().and_then(|own| own.get(NOTE)).cloned())
}

/// Looks at the header before the library does: its length, its sizes against the bytes that are there.
fn guard(file: &str, bytes: &[u8]) -> Result<(), DataError> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\x93NUMPY") || bytes.is_empty() {
        return Err(errors::other_kind(file, "a safetensors file", bytes));
    }
    let Some((length, rest)) = bytes.split_first_chunk::<8>() else {
        return Err(errors::damaged(file, "it ends within its header"));
    };
    let length = u64::from_le_bytes(*length);
    let Some((header, body)) = usize::try_from(length).ok().and_then(|length| rest.split_at_checked(length)) else {
        let told = format!("it tells of a header of {length} bytes, and {} are there", rest.len());
        return Err(errors::damaged(file, told));
    };
    let header: Value = serde_json::from_slice(header).map_err(|error| unreadable(file, &error))?;
    let Value::Object(header) = header else {
        return Err(unreadable(file, &"its header is no JSON object"));
    };
    let there = body.len() as u64;
    for (name, array) in header.iter().filter(|(name, _)| *name != "__metadata__") {
        let size = |value: &Value| value.as_u64();
        let end = array.get("data_offsets").and_then(|offsets| size(offsets.get(1)?));
        let axes = array.get("shape").and_then(Value::as_array);
        let (Some(end), Some(axes)) = (end, axes) else {
            return Err(unreadable(file, &format!("`{name}` has no shape or no offsets")));
        };
        if end > there {
            let told = format!("`{}` ends at byte {end}, and {there} are there", errors::short(name));
            return Err(errors::damaged(file, told));
        }
        if axes.len() > entries::MOST_AXES {
            let told = format!(
                "`{}` has {} dimensions, and {} is the most",
                errors::short(name),
                axes.len(),
                entries::MOST_AXES
            );
            return Err(errors::damaged(file, told));
        }
    }
    Ok(())
}

fn entry(dtype: Dtype) -> Option<Entry> {
    Some(match dtype {
        Dtype::F64 => Entry::F64,
        Dtype::F32 => Entry::F32,
        Dtype::F16 => Entry::F16,
        Dtype::BF16 => Entry::BF16,
        Dtype::I64 => Entry::I64,
        Dtype::I32 => Entry::I32,
        Dtype::I16 => Entry::I16,
        Dtype::I8 => Entry::I8,
        Dtype::U64 => Entry::U64,
        Dtype::U32 => Entry::U32,
        Dtype::U16 => Entry::U16,
        Dtype::U8 => Entry::U8,
        Dtype::BOOL => Entry::Bool,
        // The list is open: further kinds are those of eight bits and less, and complex numbers.
        _ => return None,
    })
}

fn unreadable(file: &str, why: &dyn std::fmt::Display) -> DataError {
    errors::damaged(file, "it cannot be read as a safetensors file").because_of(&why.to_string())
}
