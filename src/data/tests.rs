//! The readers against files that NumPy 2 and the safetensors library of Python wrote (`fixtures/`), by hand and broken.

use super::*;
use ndarray::{ArrayD, IxDyn};

const C_F8: &[u8] = include_bytes!("fixtures/c_f8.npy");
const FORTRAN_BIG_F4: &[u8] = include_bytes!("fixtures/fortran_big_f4.npy");
const BIG_I2: &[u8] = include_bytes!("fixtures/big_i2.npy");
const HALF: &[u8] = include_bytes!("fixtures/half.npy");
const TWO: &[u8] = include_bytes!("fixtures/two.npz");
const PACKED: &[u8] = include_bytes!("fixtures/packed.npz");
const SMALL: &[u8] = include_bytes!("fixtures/small.safetensors");

/// `np.arange(6).reshape(2, 3)/4`
fn quarters() -> ArrayD<f64> {
    ArrayD::from_shape_vec(IxDyn(&[2, 3]), vec![0.0, 0.25, 0.5, 0.75, 1.0, 1.25]).expect("six")
}

fn whole(file: &str, bytes: &[u8]) -> Tensor {
    read(file, bytes).and_then(|arrays| arrays.whole()).unwrap_or_else(|error| panic!("{error}"))
}

fn fault(file: &str, bytes: &[u8]) -> DataError {
    read(file, bytes).and_then(|arrays| arrays.whole()).expect_err("it is broken")
}

fn npy(dict: &str, body: &[u8]) -> Vec<u8> {
    let mut out = b"\x93NUMPY\x01\x00".to_vec();
    out.extend((dict.len() as u16).to_le_bytes());
    out.extend(dict.as_bytes());
    out.extend(body);
    out
}

fn tensors(header: &str, body: &[u8]) -> Vec<u8> {
    let mut out = (header.len() as u64).to_le_bytes().to_vec();
    out.extend(header.as_bytes());
    out.extend(body);
    out
}

#[test]
fn npy_files_of_every_order_are_read() {
    assert_eq!(whole("c.npy", C_F8), Tensor::F64(quarters()));
    assert_eq!(whole("dir.x/F.NPY", FORTRAN_BIG_F4), Tensor::F32(quarters().mapv(|v| v as f32)));
    assert_eq!(whole("i.npy", BIG_I2), Tensor::Int(ndarray::arr1(&[1, -2, 300]).into_dyn()));
    // 6e-8 is nearest to 2^-24, the smallest half; 65504 is the largest.
    let halves = [1.0, -2.5, 5.960_464_5e-8, 65504.0, f32::INFINITY];
    assert_eq!(whole("h.npy", HALF), Tensor::F32(ndarray::arr1(&halves).into_dyn()));
    for (word, size) in [("<i1", 1), ("|i1", 1), ("|u1", 1), ("<u2", 2), ("<i4", 4), (">u4", 4), ("<i8", 8), (">u8", 8)]
    {
        let mut body = vec![0; size];
        body[if word.starts_with('>') { size - 1 } else { 0 }] = 5;
        let file = npy(&format!("{{'descr': '{word}', 'fortran_order': False, 'shape': (1,), }}\n"), &body);
        assert_eq!(whole("x.npy", &file), Tensor::Int(ndarray::arr1(&[5]).into_dyn()), "{word}");
    }
    let truth = npy("{'descr': '|b1', 'fortran_order': False, 'shape': ()}", &[1]);
    assert_eq!(whole("t.npy", &truth), Tensor::Bool(ndarray::arr0(true).into_dyn()));
    let none = npy("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 3)}", &[]);
    assert_eq!(whole("none.npy", &none).shape(), [0, 3]);
}

#[test]
fn npz_files_give_their_arrays_by_name() {
    let two = read("two.npz", TWO).expect("whole");
    assert_eq!(two.names(), ["W1", "b1"]);
    assert_eq!(two.get("W1"), Ok(Tensor::F64(quarters())));
    assert_eq!(two.get("b1"), Ok(Tensor::Bool(ndarray::arr1(&[true, false]).into_dyn())));
    let missing = two.get("w1").expect_err("not there");
    assert_eq!((missing.title.as_str(), missing.mend.as_deref()), ("`two.npz` has no array `w1`", Some("write `W1`")));
    assert_eq!(two.whole().expect_err("two").title, "`two.npz` holds 2 arrays, and one is wanted");
    let packed = read("packed.npz", PACKED).expect("whole");
    assert_eq!(packed.get("W1"), Ok(Tensor::F64(ArrayD::zeros(IxDyn(&[50, 40])))));
    assert_eq!(packed.get("n"), Ok(Tensor::Int(ndarray::arr0(7).into_dyn())));
}

#[test]
fn safetensors_are_read_and_written() {
    let small = read("small.safetensors", SMALL).expect("whole");
    assert_eq!(small.get("W"), Ok(Tensor::F64(quarters())));
    assert_eq!(small.get("i"), Ok(Tensor::Int(ndarray::arr2(&[[1, 2]]).into_dyn())));
    assert_eq!(small.get("ok"), Ok(Tensor::Bool(ndarray::arr1(&[true]).into_dyn())));
    let bf16 = tensors(r#"{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}"#, &[0x80, 0x3F, 0x20, 0xC0]);
    assert_eq!(whole("a.safetensors", &bf16), Tensor::F32(ndarray::arr1(&[1.0, -2.5]).into_dyn()));

    let transposed = quarters().t().to_owned();
    let mut arrays = vec![
        ("W1".to_string(), Tensor::F64(quarters())),
        ("net.b".to_string(), Tensor::F32(ndarray::arr0(0.5f32).into_dyn())),
        ("labels".to_string(), Tensor::Int(ndarray::arr1(&[-3, 4]).into_dyn())),
        ("ok".to_string(), Tensor::Bool(ndarray::arr1(&[true, false]).into_dyn())),
        ("T".to_string(), Tensor::F64(transposed)),
        ("empty".to_string(), Tensor::F64(ArrayD::zeros(IxDyn(&[0, 4])))),
    ];
    let bytes = write_safetensors("w.safetensors", &arrays, Some("mean 3.5")).expect("written");
    let back = read("w.safetensors", &bytes).expect("read");
    for (name, tensor) in &arrays {
        assert_eq!(back.get(name).as_ref(), Ok(tensor), "{name}");
    }
    assert_eq!(safetensors_note("w.safetensors", &bytes), Ok(Some("mean 3.5".into())));
    assert_eq!(safetensors_note("small.safetensors", SMALL), Ok(None));
    arrays.reverse();
    assert_eq!(write_safetensors("w.safetensors", &arrays, Some("mean 3.5")), Ok(bytes));
    arrays.push(arrays[0].clone());
    assert_eq!(write_safetensors("w", &arrays, None).expect_err("twice").code, "nnlang::value::file_array");
}

#[test]
fn tables_are_read_by_column_or_whole() {
    let rent = "area, \"walk (min)\",\"said \"\"hi\"\"\"\r\n30,5,1\r\n55.5,-1e1,2\r\n\r\n";
    let arrays = read("rent.csv", rent.as_bytes()).expect("a table");
    assert_eq!(arrays.names(), ["area", "walk (min)", "said \"hi\""]);
    assert_eq!(arrays.get("walk (min)"), Ok(Tensor::F64(ndarray::arr1(&[5.0, -10.0]).into_dyn())));
    let all = ndarray::arr2(&[[30.0, 5.0, 1.0], [55.5, -10.0, 2.0]]).into_dyn();
    assert_eq!(arrays.whole(), Ok(Tensor::F64(all.clone())));
    let table = arrays.table.expect("a table");
    assert_eq!((table.rows(), table.columns(), table.find("area")), (2, 3, Ok(0)));
    // Without a header, with a byte order mark, with tabs, with semicolons, with carriage returns alone.
    for text in [
        "30,5,1\n55.5,-10,2",
        "\u{FEFF}30,5,1\n55.5,-10,2\n",
        "30\t5\t1\n55.5\t-10\t2\n",
        "30;5; 1\n55.5;-10;2",
        "30,5,1\r55.5,-10,2\r",
    ] {
        assert_eq!(whole("x.csv", text.as_bytes()), Tensor::F64(all.clone()), "{text:?}");
    }
    assert_eq!(whole("x.tsv", b"a\tb\n1\t2\n"), Tensor::F64(ndarray::arr2(&[[1.0, 2.0]]).into_dyn()));
    assert_eq!(whole("x.csv", b"a\n1\n2\n\n").shape(), [2, 1]);
    let iris = read("iris.csv", include_bytes!("../../examples/data/iris.csv")).expect("a table");
    let table = iris.table.as_ref().expect("a table");
    assert_eq!((table.rows(), table.columns(), table.is_numeric(0), table.is_numeric(4)), (150, 5, true, false));
    assert_eq!(table.texts(4)[149], "virginica");
    assert_eq!(table.matrix_of(&[0, 1, 2, 3]).map(|t| t.shape().to_vec()), Ok(vec![150, 4]));
}

#[test]
fn a_table_that_does_not_fit_names_row_and_column() {
    let say = |text: &str| {
        let error = fault("rent.csv", text.as_bytes());
        (error.code.trim_start_matches("nnlang::value::"), error.title, error.mend.unwrap_or_default())
    };
    let case = |text: &str, code: &str, title: &str, mend: &str| {
        let said = say(text);
        assert_eq!((said.0, said.1.as_str(), said.2.as_str()), (code, title, mend), "{text:?}");
    };
    case(
        "area,kind\n1,flat\n2,house\n",
        "csv_text",
        "row 1 (line 2), column `kind` of `rent.csv` is not a number: `flat`",
        "name the columns that are meant (`FILE:first..last`), or write numbers for what it names",
    );
    case(
        "a,b\n1,2\n\"3,5\",4\n",
        "csv_text",
        "row 2 (line 3), column `a` of `rent.csv` is not a number: `3,5`",
        "write 3.5",
    );
    case(
        "a,b\n1,2\n\"1,250,000\",4\n",
        "csv_text",
        "row 2 (line 3), column `a` of `rent.csv` is not a number: `1,250,000`",
        "write 1250000",
    );
    case(
        "a,b\n1,2\n\n3,\n",
        "csv_missing",
        "row 2 (line 4), column `b` of `rent.csv` is empty",
        "fill the cell, or leave its row or its column out",
    );
    let lost = "fill the cell, or leave its row or its column out";
    case("a,b\n1,NaN\n", "csv_missing", "row 1 (line 2), column `b` of `rent.csv` has no value: `NaN`", lost);
    case("a\n1\n\n3\n", "csv_missing", "line 3, column `a` of `rent.csv` is empty", lost);
    case("a\r\n1\r\n\r\n3\r\n", "csv_missing", "line 3, column `a` of `rent.csv` is empty", lost);
    case(
        "a,b\n1,1e999\n",
        "csv_text",
        "row 1 (line 2), column `b` of `rent.csv` is beyond what a number can hold: `1e999`",
        "write it in a larger unit",
    );
    assert_eq!(say("a,b\n1,inf\n").0, "csv_text");
    case(
        "a,b\n\"x\ny\",2\n1,2,3\n",
        "csv_rows",
        "row 2 (line 4) of `rent.csv` has 3 cells, and the first row has 2",
        "put a cell that has a comma in it into double quotes",
    );
    assert_eq!(say("a,b\n1\n").1, "row 1 (line 2) of `rent.csv` has 1 cell, and the first row has 2");
    assert_eq!(say("").1, "`rent.csv` has no rows");
    assert_eq!(say("a,b\n").1, "`rent.csv` has a header and no rows");
    let table = read("rent.csv", b"area,age,age\n1,2,3\n").expect("a table");
    let column = |name: &str| table.get(name).expect_err("not there");
    assert_eq!(
        (column("aera").title.as_str(), column("aera").mend.as_deref()),
        ("`rent.csv` has no column `aera`", Some("write `area`"))
    );
    assert_eq!(column("age").title, "`rent.csv` has 2 columns `age`");
    assert_eq!(
        read("n.csv", b"1,2\n").expect("a table").get("a").expect_err("no header").title,
        "`n.csv` has no header, so no column `a`"
    );
    assert_eq!(fault("x.csv", b"a,b\n1,\xFF\n").title, "`x.csv` is damaged: row 1 (line 2) is not UTF-8 text");
    assert_eq!(fault("x.csv", TWO).mend.as_deref(), Some("name it .npz"));
}

#[test]
fn a_lying_npy_file_is_told_at_once() {
    let code = |error: DataError| error.code.trim_start_matches("nnlang::value::").to_string();
    let lies = |dict: &str| code(fault("x.npy", &npy(dict, &[0; 48])));
    assert_eq!(
        fault("x.npy", &C_F8[..C_F8.len() - 8]).title,
        "`x.npy` is damaged: its header tells of [2, 3], which needs 48 bytes, and 40 are there"
    );
    for end in 0..C_F8.len() {
        let error = fault("x.npy", &C_F8[..end]);
        assert!(matches!(error.code, "nnlang::value::file_damaged" | "nnlang::value::file_kind"), "{end}");
    }
    let dict =
        |descr: &str, shape: &str| format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    for shape in [
        "(1152921504606846976,)",
        "(4294967296, 4294967296)",
        "(99999999999999999999999,)",
        "(2, 4)",
        "(-2,)",
        "(2.5,)",
        "(0x10,)",
        "(0, 9223372036854775807, 9223372036854775807)",
        "7",
        "(((((1,),),),),)",
        "({}",
        "(2, 3",
        "()",
        "'2'",
        "(1e3,)",
        "(1_0,)",
    ] {
        let said = lies(&dict("<f8", shape));
        assert!(said == "file_damaged" || said == "file_entries", "{shape}: {said}");
    }
    for axes in [100, 20_000] {
        assert_eq!(lies(&dict("<f8", &format!("({})", "1, ".repeat(axes)))), "file_damaged");
    }
    for descr in ["<U12", "|O", "<c16", "<M8[ns]", "|V8", "<f16", "|S8", "junk", ""] {
        assert_eq!(lies(&dict(descr, "(6,)")), "file_entries", "{descr}");
    }
    assert_eq!(
        lies("{'descr': [('a', '<f8'), ('b', '<f8')], 'fortran_order': False, 'shape': (3,), }"),
        "file_entries"
    );
    assert_eq!(lies(&"(".repeat(60_000)), "file_damaged");
    assert_eq!(lies(&format!("{{{}", "(".repeat(60_000))), "file_damaged");
    assert_eq!(lies(""), "file_damaged");
    let mut huge = b"\x93NUMPY\x02\x00".to_vec();
    huge.extend(u32::MAX.to_le_bytes());
    assert_eq!(code(fault("x.npy", &huge)), "file_damaged");
    assert_eq!(fault("x.npy", PACKED).because, ["its first bytes are those of a .npz file"]);
    assert_eq!(fault("x.npy", b"").because, ["it is empty"]);
    let beyond = npy(&dict("<u8", "(1,)"), &[255; 8]);
    assert_eq!(fault("x.npy", &beyond).title, "`x.npy` holds a whole number of 2^63 or more");
    assert_eq!(code(fault("weights.bin", C_F8)), "file_kind");
    assert_eq!(code(fault("weights", C_F8)), "file_kind");
}

#[test]
fn a_lying_safetensors_file_is_told_at_once() {
    let lies = |header: &str| fault("x.safetensors", &tensors(header, &[0; 16])).code;
    for header in [
        "",
        "[]",
        "{",
        "{\"a\":1}",
        "{\"a\":{}}",
        "\u{0}",
        r#"{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,18446744073709551615]}}"#,
        r#"{"a":{"dtype":"U8","shape":[18446744073709551615],"data_offsets":[0,18446744073709551615]}}"#,
        r#"{"a":{"dtype":"F64","shape":[1152921504606846976],"data_offsets":[0,16]}}"#,
        r#"{"a":{"dtype":"F64","shape":[3],"data_offsets":[0,16]}}"#,
        r#"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}"#,
        r#"{"a":{"dtype":"F64","shape":[1],"data_offsets":[8,16]}}"#,
        r#"{"a":{"dtype":"F64","shape":[2],"data_offsets":[16,0]}}"#,
        r#"{"a":{"dtype":"F64","shape":[-2],"data_offsets":[0,16]}}"#,
        r#"{"a":{"dtype":"X64","shape":[2],"data_offsets":[0,16]}}"#,
        r#"{"a":{"dtype":"F64","shape":[0,9223372036854775807,9223372036854775807],"data_offsets":[0,0]},"b":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}}"#,
    ] {
        assert_eq!(lies(header), "nnlang::value::file_damaged", "{header}");
    }
    assert_eq!(lies(&"[".repeat(100_000)), "nnlang::value::file_damaged");
    assert_eq!(lies(&format!("{{\"a\":{}", "{\"a\":".repeat(100_000))), "nnlang::value::file_damaged");
    let long = u64::MAX.to_le_bytes();
    assert_eq!(fault("x.safetensors", &long).code, "nnlang::value::file_damaged");
    for end in 0..SMALL.len() {
        let code = fault("x.safetensors", &SMALL[..end]).code;
        assert!(code == "nnlang::value::file_damaged" || end == 0, "{end}");
    }
}

#[test]
fn a_lying_npz_file_is_told_at_once() {
    for end in 0..TWO.len() {
        assert!(read("x.npz", &TWO[..end]).is_err(), "{end}");
    }
    // A directory of 2^40 entries, told by the record of large archives.
    let mut huge = b"PK\x03\x04".to_vec();
    let record = huge.len() as u64;
    huge.extend(b"PK\x06\x06");
    huge.extend([0; 20]);
    huge.extend((1u64 << 40).to_le_bytes());
    huge.extend((1u64 << 40).to_le_bytes());
    huge.extend([0; 16]);
    huge.extend(b"PK\x06\x07\0\0\0\0");
    huge.extend(record.to_le_bytes());
    huge.extend([1, 0, 0, 0]);
    huge.extend(b"PK\x05\x06\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0");
    let told = fault("x.npz", &huge).title;
    assert_eq!(
        told,
        format!("`x.npz` is damaged: its directory tells of {} entries, and has no room for them", 1u64 << 40)
    );
    assert_eq!(fault("x.npz", C_F8).mend.as_deref(), Some("name it .npy"));
}

#[test]
fn an_archive_that_unpacks_to_far_more_than_its_size_is_refused() {
    // 70 MiB of zeros, deflated by hand: a stored-block-free stream made of the same run of 258 zeros.
    let zeros = 70usize << 20;
    let mut bits = Bits::default();
    // One final block with the fixed codes: a literal 0, then copies of length 258 at distance 1.
    bits.push(0b1, 1);
    bits.push(0b01, 2);
    bits.code(0b0011_0000, 8);
    for _ in 0..zeros / 258 {
        bits.code(0b1100_0101, 8);
        bits.code(0, 5);
    }
    bits.code(0, 7);
    let packed = bits.done();
    let unpacked = 1 + zeros / 258 * 258;
    let name = b"a.npy";
    let field = |n: usize| (n as u32).to_le_bytes();
    let mut common = Vec::new();
    common.extend([20, 0, 0, 0, 8, 0, 0, 0, 0, 0]);
    common.extend([field(0), field(packed.len()), field(unpacked)].concat());
    common.extend([name.len() as u8, 0, 0, 0]);
    let mut file = [&b"PK\x03\x04"[..], &common, name, &packed].concat();
    let directory = file.len();
    file.extend([&b"PK\x01\x02\x14\0"[..], &common, &[0; 10], &field(0), name].concat());
    let size = file.len() - directory;
    file.extend([&b"PK\x05\x06\0\0\0\0\x01\0\x01\0"[..], &field(size), &field(directory), &[0, 0]].concat());
    assert!(file.len() < 1 << 20);
    assert_eq!(fault("bomb.npz", &file).code, "nnlang::value::file_large");
}

/// Bits as deflate packs them.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    held: u32,
    count: u32,
}

impl Bits {
    fn push(&mut self, value: u32, n: u32) {
        self.held |= value << self.count;
        self.count += n;
        while self.count >= 8 {
            self.bytes.push(self.held as u8);
            self.held >>= 8;
            self.count -= 8;
        }
    }

    /// A Huffman code: its highest bit first.
    fn code(&mut self, value: u32, n: u32) {
        self.push(value.reverse_bits() >> (32 - n), n);
    }

    fn done(mut self) -> Vec<u8> {
        self.push(0, 7);
        self.bytes
    }
}

#[test]
fn no_change_of_a_file_makes_a_reader_panic() {
    let mut state = 0x5EEDu64;
    let mut next = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n.max(1)
    };
    let csv: &[u8] = b"area,\"walk (min)\",kind\r\n30,5,1\r\n55.5,-1e1,\"2\"\r\n";
    let kinds: [(&str, &[u8]); 8] = [
        ("a.npy", C_F8),
        ("b.npy", FORTRAN_BIG_F4),
        ("c.npy", HALF),
        ("d.npz", TWO),
        ("e.npz", PACKED),
        ("f.safetensors", SMALL),
        ("g.csv", csv),
        ("h.tsv", csv),
    ];
    let words: [&[u8]; 12] = [
        b"PK\x05\x06",
        b"PK\x06\x07",
        b"PK\x06\x06",
        b"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
        b"99999999999",
        b"(",
        b"'",
        b"\"",
        b"\n",
        b"\0\0\0\0\0\0\0\0",
        b"\x63\0",
        b"<i8",
    ];
    let (mut good, mut bad) = (0, 0);
    for round in 0..24_000 {
        let (file, bytes) = kinds[round % kinds.len()];
        let mut bytes = bytes.to_vec();
        for _ in 0..=next(4) {
            let at = next(bytes.len());
            match next(6) {
                0 if !bytes.is_empty() => bytes[at] ^= 1 << next(8),
                1 if !bytes.is_empty() => bytes[at] = next(256) as u8,
                2 => bytes.truncate(at),
                3 => {
                    let word = words[next(words.len())];
                    let end = (at + word.len()).min(bytes.len());
                    bytes.splice(at..end, word.iter().copied());
                }
                4 => {
                    let word = words[next(words.len())];
                    bytes.splice(at..at, word.iter().copied());
                }
                _ => {
                    let end = (at + next(40)).min(bytes.len());
                    bytes.drain(at..end);
                }
            }
        }
        match read(file, &bytes) {
            Err(error) => {
                bad += 1;
                assert!(error.code.starts_with("nnlang::value::") && !error.title.is_empty());
                assert!(error.title.chars().all(|c| !c.is_control()));
            }
            Ok(arrays) => {
                good += 1;
                let entries: usize = arrays.arrays.iter().map(|(_, tensor)| tensor.len()).sum();
                assert!(entries <= 64 * bytes.len() + 4000);
                let _ = arrays.whole();
                let _ = arrays.get("area");
                if let Some(table) = &arrays.table {
                    for column in 0..=table.columns() {
                        let _ = (table.numbers(column), table.texts(column), table.is_numeric(column));
                    }
                }
            }
        }
    }
    assert!(good > 1000 && bad > 10_000, "{good} {bad}");
}

#[test]
fn a_first_example_is_never_taken_for_a_header() {
    let table = |text: &str| read("x.csv", text.as_bytes()).expect("a table").table.expect("a table");
    for text in [
        "5.1,?\n4.9,3.0\n4.7,3.2\n",
        "1,NA\n3,4\n5,6\n",
        "nan,2\n3,4\n1,1\n",
        "1,2o\n3,4\n5,6\n",
        "5.1,3.5,setosa\n4.9,3,setosa\n1,1,b\n",
    ] {
        assert_eq!((table(text).rows(), table(text).names()), (3, None), "{text}");
    }
    assert_eq!(table("-inf,2\n3,4\n").rows(), 2);
    assert_eq!(table("1,?\n").rows(), 1);
    assert_eq!(fault("x.csv", b"1,2o\n3,4\n").title, "row 1 (line 1), column 2 of `x.csv` is not a number: `2o`");
    for text in ["country,1990,1991\nUS,250,253\n", "label,0,1,2,3\n5,0,0,12,255\n", "a,NA\n1,2\n"] {
        assert_eq!((table(text).rows(), table(text).names().is_some()), (1, true), "{text}");
    }
    assert_eq!(table("5.1,?\n4.9,3.0\n").find("2"), Ok(1));
}

#[test]
fn a_mend_never_changes_a_number() {
    let mend = |cell: &str| fault("x.csv", format!("a;b\n1;{cell}\n2;3\n").as_bytes()).mend.unwrap_or_default();
    for (cell, wanted) in [
        ("1,234", "write 1.234 or 1234"),
        ("1,23", "write 1.23"),
        ("0,234", "write 0.234"),
        ("1,234,567", "write 1234567"),
        ("1.234,5", "write 1234.5"),
        ("1,234.5", "write 1234.5"),
        ("1.234.567", "write 1234567"),
        ("1 234", "write 1234"),
        ("$5", "write 5"),
        ("45%", "write 45 or 0.45"),
        ("3 4", "put commas between the cells, or save it as .tsv"),
        ("tall", "correct the cell, or leave the column out"),
    ] {
        assert_eq!(mend(cell), wanted, "{cell}");
    }
}

#[test]
fn whole_numbers_of_a_table_are_exact() {
    let wholes = |text: &str| read("x.csv", text.as_bytes()).expect("a table").table.expect("a table").wholes_of(&[0]);
    let exact = |number: i64| Ok(Some(Tensor::Int(ndarray::arr2(&[[number]]).into_dyn())));
    for number in [9_007_199_254_740_993, i64::MAX, i64::MIN] {
        assert_eq!(wholes(&format!("k\n{number}\n")), exact(number));
    }
    assert_eq!(wholes("k\n1e3\n"), exact(1000));
    assert_eq!(wholes("k\n1.5\n"), Ok(None));
    for text in ["k\n9223372036854775808\n", "k\n-9223372036854775809\n", "k\n1e30\n"] {
        assert_eq!(wholes(text).expect_err("too large").code, "nnlang::value::csv_text", "{text}");
    }
}

#[test]
fn one_array_of_a_file_hides_no_other() {
    let text = npy("{'descr': '<U1', 'fortran_order': False, 'shape': (1,)}", b"a\0\0\0");
    assert_eq!(fault("a.npy", &text).mend.as_deref(), Some("give an array of numbers"));
    let header = r#"{"f":{"dtype":"F8_E5M2","shape":[1],"data_offsets":[0,1]},"x":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#;
    let both = read("b.safetensors", &tensors(header, &[1, 2])).expect("whole");
    assert_eq!(both.get("x"), Ok(Tensor::Int(ndarray::arr1(&[2]).into_dyn())));
    assert_eq!(both.get("f").expect_err("unknown").code, "nnlang::value::file_entries");
    assert_eq!((both.names(), both.whole().expect_err("two").code), (vec!["x", "f"], "nnlang::value::file_array"));
    // Numbers that Python 2 wrote.
    let old = npy(
        "{'descr': '<i8', 'fortran_order': False, 'shape': (2L,), }",
        &[1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0],
    );
    assert_eq!(whole("old.npy", &old), Tensor::Int(ndarray::arr1(&[1, 2]).into_dyn()));
}

#[test]
fn what_is_no_table_and_what_is_no_file_is_told() {
    assert_eq!(fault("x.npy", b"\x93NUMPY").code, "nnlang::value::file_damaged");
    for name in ["x.csv", "x.npy", "x.npz", "x.safetensors"] {
        let error = fault(name, b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 3\n");
        assert_eq!(error.mend.as_deref(), Some("fetch the file: `git lfs pull`"));
    }
    assert!(fault("x.csv", b"<!DOCTYPE html>\n<html></html>").title.contains("a web page"));
    let comment = fault("x.csv", b"# made by x\na,b\n1,2\n");
    assert_eq!(comment.mend.as_deref(), Some("delete the comment above the table"));
    assert_eq!(whole("x.txt", b"1.5e0   2\n 3 4 \n").shape(), [2, 2]);
    assert_eq!(whole("-", b"1,2\n3,4\n").shape(), [2, 2]);
    assert_eq!(whole("/dev/fd/63", C_F8), Tensor::F64(quarters()));
}

#[test]
fn columns_are_picked_by_names_in_quotes_too() {
    let table = read("x.csv", b"\"a,b\",c:d,e..f,g\n1,2,3,4\n").expect("a table").table.expect("a table");
    assert_eq!(table.pick("\"a,b\", \"c:d\""), Ok(vec![0, 1]));
    assert_eq!(table.pick("\"e..f\"..g"), Ok(vec![2, 3]));
    assert_eq!(table.pick("g, c:d"), Ok(vec![3, 1]));
    assert_eq!(split_columns("c:/x:y/d.csv:a,\"b:c\""), ("c:/x:y/d.csv", Some("a,\"b:c\"")));
    assert_eq!(split_columns("d.csv"), ("d.csv", None));
    assert_eq!(split_columns("-:a"), ("-", Some("a")));
}

#[test]
fn whatever_is_said_of_columns_stands_on_the_page_of_data() {
    let page = include_str!("../../docs/reference/statements/data.md");
    let lacks: Vec<&str> =
        super::block::OF_COLUMNS.iter().map(|(name, _)| *name).filter(|name| !page.contains(name)).collect();
    assert!(lacks.is_empty(), "{lacks:?}");
}
