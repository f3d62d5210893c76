//! A text of Word 6, built byte by byte: no program at hand writes one any more.

use std::io::{Cursor, Write};

use super::*;
use crate::{source::Limits, text};

/// A stream whose pages of 512 bytes are: head, text, character properties, paragraph
/// properties, tables.
fn word_6(text: &[&[u8]], characters: &[&[u8]], paragraphs: &[&[u8]], fonts: &[&str]) -> Vec<u8> {
    const PAGE: usize = 512;
    let mut stream = vec![0; 5 * PAGE];
    let mut put = |at: usize, bytes: &[u8]| stream[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &0xA5DC_u16.to_le_bytes());
    put(2, &101_u16.to_le_bytes());
    let mut ends = vec![PAGE as u32];
    for part in text {
        let at = ends[ends.len() - 1];
        put(at as usize, part);
        ends.push(at + part.len() as u32);
    }
    let (start, end) = (ends[0], ends[ends.len() - 1]);
    put(0x18, &start.to_le_bytes());
    put(0x34, &(end - start).to_le_bytes());
    for (page, item_bytes, lists) in [(2, 1, characters), (3, 7, paragraphs)] {
        for (index, fc) in ends.iter().enumerate() {
            put(page * PAGE + 4 * index, &fc.to_le_bytes());
        }
        let mut at = 256;
        for (index, list) in lists.iter().enumerate() {
            put(page * PAGE + 4 * ends.len() + item_bytes * index, &[(at / 2) as u8]);
            put(page * PAGE + at, list);
            at += 32;
        }
        put(page * PAGE + PAGE - 1, &[lists.len() as u8]);
        // The table that names the page, and its place in the head.
        let table = 4 * PAGE + 16 * page;
        put(table, &start.to_le_bytes());
        put(table + 4, &end.to_le_bytes());
        put(table + 8, &(page as u16).to_le_bytes());
        let place = if page == 2 { 0xB8 } else { 0xC0 };
        put(place, &(table as u32).to_le_bytes());
        put(place + 4, &10_u32.to_le_bytes());
    }
    let mut table = vec![0, 0];
    for name in fonts {
        table.push(5 + name.len() as u8 + 1);
        table.extend([0; 5]);
        table.extend(name.as_bytes());
        table.push(0);
    }
    put(4 * PAGE + 128, &table);
    put(0xD0, &(4 * PAGE as u32 + 128).to_le_bytes());
    put(0xD4, &(table.len() as u32).to_le_bytes());
    stream
}

#[test]
fn word_6_with_the_fonts_of_its_runs() {
    let stream = word_6(
        &[
            b"quy\xD5t \xAE\xDEnh\r",
            b"Quy\xD5t \xAE\xDEnh s\xE8 12\r",
            b"m\xE9t\x07",
            b"hai\x07",
            b"\x07",
        ],
        // Fonts by their numbers; the lists begin with their lengths.
        &[&[3, 93, 1, 0], &[3, 93, 0, 0], &[3, 93, 0, 0], &[3, 93, 0, 0], &[0]],
        // Style 0 and: centred; nothing; in a table; in a table; the end of a row.
        &[
            &[2, 0, 0, 5, 1],
            &[1, 0, 0],
            &[2, 0, 0, 24, 1],
            &[2, 0, 0, 24, 1],
            &[3, 0, 0, 24, 1, 25, 1],
        ],
        &[".VnTime", ".VnTimeH"],
    );
    let mut container = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    container.create_stream("/WordDocument").unwrap().write_all(&stream).unwrap();
    let bytes = container.into_inner().into_inner();
    let limits = Limits::default();
    let (layout, _) = read(&bytes, &mut Budget::new(&limits)).unwrap();
    // A font whose name ends in H draws capitals.
    let expect = "QUYẾT ĐỊNH\nQuyết định số 12\nmột\nhai\n";
    assert_eq!(text::normalise(&layout).0.as_str(), expect);
    let blocks = &layout.pages[0].blocks;
    assert!(blocks[0].centred && !blocks[1].centred);
    assert!(matches!(blocks[3].kind, BlockKind::Cell { row: 0, column: 1, .. }));
}
