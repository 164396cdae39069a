//! Files that are no tables: idx, packed ones, folders of pictures; whole and broken. Levels and sizes are those of Pillow 12 over the
//! same bytes (`Image.open`, `resize(…, BILINEAR)`), where they are not the bytes themselves.

#![allow(clippy::unwrap_used)]

use flate2::{Compression, write::GzEncoder};
use nnlang::inside::diag::render::{self, Look};
use nnlang::{InMemory, Session, Settings};
use std::io::Write;

/// A photograph in stripes, 16 by 20.
const JPEG: &[u8] = include_bytes!("data/stripes.jpg");

/// An idx file of bytes.
fn idx(sizes: &[u32], entries: &[u8]) -> Vec<u8> {
    let sizes_ = sizes.iter().flat_map(|size| size.to_be_bytes());
    [0, 0, 8, sizes.len() as u8].into_iter().chain(sizes_).chain(entries.iter().copied()).collect()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(vec![], Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// A PNG of these levels.
fn png(width: u32, height: u32, colour: png::ColorType, levels: &[u8]) -> Vec<u8> {
    let mut out = vec![];
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(colour);
    encoder.write_header().unwrap().write_image_data(levels).unwrap();
    out
}

/// The levels of the picture that Pillow was asked about: 12 by 16, three channels.
fn stripes() -> Vec<u8> {
    let level = |x: u32, y: u32| [(x * 9 + 40) % 256, (y * 11 + 17) % 256, ((x + y) * 5 + 70) % 256];
    (0..16).flat_map(|y| (0..12).flat_map(move |x| level(x, y))).map(|level| level as u8).collect()
}

/// The problems of a program over files.
fn problems(files: &[(&str, Vec<u8>)], text: &str) -> String {
    let mut outside = files.iter().fold(InMemory::default(), |all, (name, bytes)| all.file(name, bytes.clone()));
    let report = Session::new(Settings::default()).apply("p.nnl", text, &mut outside).1;
    let all = render::all(&report.sources, &report.diagnostics, Look::PLAIN);
    all.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ")
}

fn holds(files: &[(&str, Vec<u8>)], text: &str) {
    assert_eq!(problems(files, text), "", "{text}");
}

fn says(files: &[(&str, Vec<u8>)], text: &str, pieces: &[&str]) {
    let found = problems(files, text);
    let lacks: Vec<_> = pieces.iter().filter(|piece| !found.contains(**piece)).collect();
    assert!(lacks.is_empty(), "{text}: lacks {lacks:?} in\n{found}");
}

const XY: &str = "x = reshape(image, [_, 4])\n    y = index(label)";

fn block(file: &str, lines: &str, asks: &str) -> String {
    format!("data \"{file}\" {{\n    {lines}\n}}\n{asks}\n")
}

#[test]
fn the_four_files_of_a_folder_are_rows_to_train_and_to_test_on() {
    let files = |train: Vec<u8>, labels: Vec<u8>| {
        vec![
            ("mnist/train-images-idx3-ubyte.gz", packed(&train)),
            ("mnist/train-labels-idx1-ubyte", labels),
            ("mnist/t10k-images-idx3-ubyte", idx(&[1, 2, 2], &[9, 9, 9, 255])),
            ("mnist/t10k-labels-idx1-ubyte.gz", packed(&idx(&[1], &[7]))),
        ]
    };
    let images = idx(&[2, 2, 2], &[0, 1, 2, 3, 4, 5, 6, 7]);
    let whole = files(images.clone(), idx(&[2], &[7, 5]));
    let asks =
        "assert x[0] == [0, 1, 2, 3]; assert x[1] == [4, 5, 6, 7]\nassert y[0] == 1; assert y[1] == 0\nassert m == 2";
    holds(&whole, &block("mnist", XY, asks));
    // Held out by a share of one's own, the rows of both files are all there are.
    holds(&whole, &block("mnist/", &format!("{XY}\n    test = row == 1"), "assert x[1, 3] == 255"));
    let other = files(images, idx(&[3], &[7, 5, 6]));
    says(&other, &block("mnist", XY, ""), &["file_damaged", "`mnist` is damaged: it has 2 images and 3 labels"]);
}

#[test]
fn an_idx_file_that_is_cut_or_none_says_so() {
    let of = |bytes: &[u8]| vec![("a.idx", bytes.to_vec())];
    let one = block("a.idx", "x = label", "assert x[0] == 3; assert x[1] == 4");
    holds(&of(&idx(&[2], &[3, 4])), &one);
    says(&of(&idx(&[2], &[3])), &one, &["it tells of 2 bytes of entries, and 1 are there"]);
    says(&of(&idx(&[2], &[3, 4, 5])), &one, &["it tells of 2 bytes of entries, and 3 are there"]);
    says(&of(&[0, 0, 8]), &one, &["file_kind", "named as an idx file and is none"]);
    says(&of(b"x,y\n1,2\n"), &one, &["file_kind", "named as an idx file and is none"]);
    says(&of(&[0, 0, 8, 3, 0, 0]), &one, &["file_damaged", "ends within its header"]);
    says(&of(&idx(&[u32::MAX, u32::MAX, u32::MAX], &[])), &one, &["file_damaged", "it tells of"]);
    says(&of(&idx(&[0], &[])), &one, &["csv_empty", "has no rows"]);
    let halves = [0, 0, 0x0D, 1, 0, 0, 0, 2, 0x3F, 0, 0, 0, 0xC0, 0, 0, 0];
    holds(&of(&halves), &block("a.idx", "x = label", "assert x[0] == 0.5; assert x[1] == -2"));
}

#[test]
fn a_packed_file_is_what_is_in_it() {
    let of = |bytes: Vec<u8>| vec![("a.csv.gz", bytes)];
    let text = block("a.csv.gz", "x = x", "assert x[0] == 1; assert x[1] == 3");
    let whole = packed(b"x,y\n1,2\n3,4\n");
    holds(&of(whole.clone()), &text);
    says(&of(whole[..whole.len() - 9].to_vec()), &text, &["file_damaged", "cannot be unpacked"]);
    says(&of(b"x,y\n1,2\n".to_vec()), &text, &["file_kind", "named as a packed file and is none"]);
    says(&of(packed(b"x,y\n1\n")), &text, &["csv_rows", "row 1 (line 2) of `a.csv`"]);
    let bomb = packed(&vec![b'0'; 65 << 20]);
    says(&of(bomb), &text, &["file_large", "unpacks to more than 64 MiB", "gunzip"]);
}

#[test]
fn a_folder_of_pictures_is_a_table_and_all_get_one_size() {
    let files = vec![
        ("pets/cats/0.png", png(12, 16, png::ColorType::Rgb, &stripes())),
        ("pets/dogs/1.jpg", JPEG.to_vec()),
        ("pets/notes.txt", b"x".to_vec()),
    ];
    let sized = "x = resize(picture, 8, 8)\n    kind = index(folder)";
    // Pillow, whose levels are whole: 43 56 69 / 25 25 25 / 76 83 90.
    let near = "d = x[0, :, 0, :3] - [[43, 56, 69], [25, 25, 25], [76, 83, 90]]\nassert max(abs(d)) < 1";
    holds(&files, &block("pets", sized, &format!("{near}\nassert kind[0] == 0; assert kind[1] == 1")));
    says(
        &files,
        &block("pets", "x = picture", "x"),
        &["data::picture", "`cats/0.png` is 12 by 16, `dogs/1.jpg` is 16 by 20", "resize(picture, 16, 12)"],
    );
    // Decoders round the colours of a JPEG to their own: two levels are nothing.
    let photo = "d = x[0, :, 0, :4] - [[38, 44, 57, 65], [18, 20, 19, 19], [69, 72, 80, 84]]\nassert max(abs(d)) <= 2";
    holds(&files, &block("pets/dogs", "x = picture", photo));
    // A row and a column of Pillow's over 12 by 16 levels made larger: the same triangle.
    let grey: Vec<u8> = (0..6).flat_map(|_| (0..6).map(|x| x * 9 + 40)).collect();
    let grey = vec![("g/a.png", png(6, 6, png::ColorType::Grayscale, &grey))];
    let larger = "d = x[0, 0, 0] - [40, 45, 51, 56, 63, 69, 74, 81, 85]\nassert max(abs(d)) < 1\nassert m == 1";
    holds(&grey, &block("g", "x = resize(picture, 4, 9)", larger));
}

#[test]
fn a_broken_picture_says_which() {
    let whole = png(2, 1, png::ColorType::Rgb, &[1, 2, 3, 4, 5, 6]);
    let of = |name: &'static str, bytes: Vec<u8>| vec![("p/a/0.png", whole.clone()), (name, bytes)];
    let text = block("p", "x = picture", "assert x[0, :, 0, :] == [[1, 4], [2, 5], [3, 6]]");
    holds(&of("p/a/1.txt", vec![1]), &text);
    let cut = whole[..whole.len() - 20].to_vec();
    says(&of("p/b/1.png", cut), &text, &["file_damaged", "1.png` is damaged", "cannot be read as a picture"]);
    says(&of("p/b/1.png", whole[..20].to_vec()), &text, &["file_damaged", "p/b/1.png"]);
    says(&of("p/b/1.png", b"<html>".to_vec()), &text, &["file_kind", "`p/b/1.png` is named as a picture and is none"]);
    says(&of("p/b/1.png", vec![]), &text, &["file_kind", "it is empty"]);
    says(&of("p/b/1.jpg", JPEG[..60].to_vec()), &text, &["file_damaged", "p/b/1.jpg"]);
    says(&of("p/b/1.gif", b"GIF89a".to_vec()), &text, &["file_kind", "`p/b/1.gif`", "of a kind that is not read"]);
    says(&[("p/a.txt", vec![1])], &text, &["file_kind", "the folder `p` holds no picture"]);
    says(&of("p/b/1.png", png(1, 1, png::ColorType::Rgb, &[1, 2, 3])), &text, &["data::picture", "2 by 1"]);
    // A grey one among colours has its grey in each channel.
    let grey = png(2, 1, png::ColorType::Grayscale, &[7, 8]);
    let both = block(
        "p",
        "x = picture\n    c = index(folder)",
        "assert x[1, :, 0, 1] == [8, 8, 8]\nassert c[0] == 0; assert c[1] == 1",
    );
    holds(&of("p/b/1.png", grey), &both);
    let wrong = block("p", "x = resize(picture, 0, 2)", "x");
    says(&of("p/b/1.txt", vec![]), &wrong, &["a size is a whole number from 1"]);
}

#[test]
fn a_file_of_another_kind_says_what_to_do() {
    for (name, pieces) in [
        ("a.parquet", ["is a Parquet file, which is not read", "read_parquet"]),
        ("a.feather", ["is an Arrow file", "read_feather"]),
        ("a.xlsx", ["is a spreadsheet", "save the sheet as .csv"]),
        ("a.jsonl", ["is a JSON file", "read_json"]),
        ("a.pkl", ["is an object of Python", "safetensors"]),
        ("a.png", ["is a picture", "name the folder that it is in"]),
        ("a.zip", ["is a packed file", "unpack it"]),
        ("a", ["does not tell what kind of file it is", "a folder of pictures"]),
    ] {
        says(&[(name, b"PAR1".to_vec())], &block(name, "x = x", "x"), &pieces);
    }
}
