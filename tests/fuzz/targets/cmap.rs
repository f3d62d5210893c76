//! Bytes as the ToUnicode map of a font whose codes are then all shown.

#![no_main]

#[path = "all.rs"]
mod all;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut content = String::from("BT /F1 12 Tf 20 800 Td <");
    for code in (0_u32..0x1_0000).step_by(0x101) {
        content += &format!("{code:04x}");
    }
    content += "> Tj ET";
    let mut pdf = b"%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n\
        2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n\
        3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 6 0 R\
        /Resources<</Font<</F1 4 0 R>>>>>> endobj\n\
        4 0 obj <</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/ToUnicode 7 0 R\
        /DescendantFonts[5 0 R]>> endobj\n\
        5 0 obj <</Type/Font/Subtype/CIDFontType2/BaseFont/A/CIDSystemInfo<<>>>> endobj\n"
        .to_vec();
    for (number, stream) in [(6, content.as_bytes()), (7, bytes)] {
        pdf.extend(format!("{number} 0 obj <</Length {}>> stream\n", stream.len()).bytes());
        pdf.extend(stream);
        pdf.extend(b"\nendstream endobj\n");
    }
    pdf.extend(b"trailer <</Root 1 0 R/Size 8>>\n%%EOF\n");
    all::process(pdf);
});
