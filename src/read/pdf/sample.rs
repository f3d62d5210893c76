//! Small PDFs for tests, built from text: objects, content, a font in which every code is
//! its own UTF-16 character and every character half an em wide.

use std::fmt::Write;

/// A PDF under construction. Object 1 is the catalog, 2 the page tree, 3 the font `F`.
pub(super) struct Sample {
    objects: Vec<Vec<u8>>,
    pages: Vec<usize>,
    /// Entries of every page beside its content, e.g. `/Rotate 90`.
    pub page_entries: String,
    /// Resources of every page beside the font `F`.
    pub resources: String,
}

impl Sample {
    pub(super) fn new() -> Self {
        let to_unicode = "1 begincodespacerange <0000> <FFFF> endcodespacerange \
                          1 beginbfrange <0000> <FFFF> <0000> endbfrange";
        let mut sample = Self {
            objects: vec![Vec::new(); 3],
            pages: Vec::new(),
            page_entries: String::new(),
            resources: String::new(),
        };
        let map = sample.stream("", to_unicode.as_bytes());
        sample.objects[2] = format!(
            "<</Type/Font/Subtype/Type0/BaseFont/ABCDEF+Times/Encoding/Identity-H/ToUnicode {map} 0 R\
             /DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/Times/DW 500>>]>>"
        )
        .into_bytes();
        sample
    }

    /// The number of the last object added.
    pub(super) fn objects_so_far(&self) -> usize {
        self.objects.len()
    }

    /// Adds an object and gives its number.
    pub(super) fn object(&mut self, body: &str) -> usize {
        self.objects.push(body.as_bytes().to_vec());
        self.objects.len()
    }

    /// Adds a stream with the given entries and gives its number.
    pub(super) fn stream(&mut self, entries: &str, data: &[u8]) -> usize {
        let mut body = format!("<<{entries}/Length {}>>stream\n", data.len()).into_bytes();
        body.extend_from_slice(data);
        body.extend_from_slice(b"\nendstream");
        self.objects.push(body);
        self.objects.len()
    }

    /// Adds a page of 600 × 800 points.
    pub(super) fn page(&mut self, content: &str) -> &mut Self {
        self.page_of("", content.as_bytes())
    }

    /// Adds a page whose content stream has the given entries.
    pub(super) fn page_of(&mut self, stream_entries: &str, content: &[u8]) -> &mut Self {
        let content = self.stream(stream_entries, content);
        let (resources, entries) = (&self.resources, &self.page_entries);
        let body = format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents {content} 0 R\
             /Resources<</Font<</F 3 0 R{resources}>>>>{entries}>>"
        );
        let page = self.object(&body);
        self.pages.push(page);
        self
    }

    /// The finished file.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut objects = self.objects.clone();
        objects[0] = b"<</Type/Catalog/Pages 2 0 R>>".to_vec();
        let kids: String = self.pages.iter().map(|page| format!("{page} 0 R ")).collect();
        let count = self.pages.len();
        objects[1] = format!("<</Type/Pages/Kids[{kids}]/Count {count}>>").into_bytes();
        let mut out = b"%PDF-1.7\n".to_vec();
        let mut xref = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
        for (index, object) in objects.iter().enumerate() {
            writeln!(xref, "{:010} 00000 n ", out.len()).expect("a string takes all text");
            out.extend_from_slice(format!("{} 0 obj\n", index + 1).as_bytes());
            out.extend_from_slice(object);
            out.extend_from_slice(b"\nendobj\n");
        }
        let start = out.len();
        let size = objects.len() + 1;
        let trailer = format!(
            "{xref}trailer\n<</Size {size}/Root 1 0 R/ID[<01><01>]>>\nstartxref\n{start}\n%%EOF"
        );
        out.extend_from_slice(trailer.as_bytes());
        out
    }
}

/// Content that shows a text at a point, `y` from the top of the page.
pub(super) fn text(x: f32, y: f32, size: f32, text: &str) -> String {
    format!("BT /F {size} Tf {x} {} Td {} Tj ET\n", 800.0 - y, hex(text))
}

/// A text as a string operand of the font `F`.
pub(super) fn hex(text: &str) -> String {
    let digits: String = text.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
    format!("<{digits}>")
}

/// Content that draws a straight line, `y` from the top of the page.
pub(super) fn rule(x0: f32, y0: f32, x1: f32, y1: f32) -> String {
    format!("{x0} {} m {x1} {} l S\n", 800.0 - y0, 800.0 - y1)
}
