//! A web page under the name .doc → [`Layout`].
//!
//! Portals of legal texts hand out such files, alone or packed as a mail (`mhtml`). A loop over
//! tags with no tree: blocks end where block elements begin and end. Must not understand the
//! text, fetch or run anything.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use crate::{
    domain::record::Warning,
    layout::{BlockKind, Layout, Line, Run},
    read::{
        columns::{self, Cell, Row, Table},
        error::ReadError,
        flow::{self, BOLD, Flow, ITALIC},
        marks, txt,
    },
    source::Budget,
};

/// Reads a web page; `charset` is what a mail says of it.
///
/// # Errors
/// `OverBudget` past a limit.
pub fn read(
    bytes: &[u8],
    charset: Option<&'static Encoding>,
    budget: &mut Budget,
) -> Result<(Layout, Vec<Warning>), ReadError> {
    let text = decode(bytes, charset);
    let mut page = Page::new(budget);
    let mut rest = text.as_str();
    while !rest.is_empty() {
        page.budget.charge_operation()?;
        let end = rest.find('<').unwrap_or(rest.len());
        page.text(&html_escape::decode_html_entities(&rest[..end]))?;
        rest = &rest[end..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
        } else if let Some((tag, after)) = split_tag(rest) {
            rest = after;
            if !tag.is_end && matches!(&*tag.name, "script" | "style" | "title" | "xml") {
                rest = skip_to_end(rest, &tag.name);
            } else {
                page.tag(&tag)?;
            }
        } else if let Some(after) = rest.strip_prefix('<') {
            // A lone `<` is text.
            page.text("<")?;
            rest = after;
        }
    }
    page.end_paragraph();
    while let Some(open) = page.tables.pop() {
        page.close_table(open);
    }
    let steps = std::mem::take(&mut page.out);
    Ok((Layout { pages: flow::pages(steps, budget)?, styles: flow::weights() }, Vec::new()))
}

/// One tag.
struct Tag<'t> {
    /// Lower case, without a namespace prefix.
    name: String,
    is_end: bool,
    /// Everything after the name.
    attributes: &'t str,
}

/// Attributes beyond so many bytes of a tag are not read.
const LONGEST_ATTRIBUTES: usize = 4096;

/// Splits the tag off that stands at the start; `None` when none does.
fn split_tag(text: &str) -> Option<(Tag<'_>, &str)> {
    let inside = text.strip_prefix('<')?;
    let (is_end, inside) = match inside.strip_prefix('/') {
        Some(inside) => (true, inside),
        None => (false, inside),
    };
    if !inside.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '!' | '?')) {
        return None;
    }
    // `>` inside a quoted value does not end the tag; an unclosed quote does not go on for ever.
    let mut quote = None;
    let ends = |c: char| {
        match (quote, c) {
            (None, '>') => return true,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
        false
    };
    let end = inside.find(ends).or_else(|| inside.find('>')).unwrap_or(inside.len());
    let (body, after) = inside.split_at(end);
    let name_end = body.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(body.len());
    let (name, attributes) = body.split_at(name_end);
    let attributes = &attributes[..attributes.floor_char_boundary(LONGEST_ATTRIBUTES)];
    let name = name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase();
    Some((Tag { name, is_end, attributes }, after.strip_prefix('>').unwrap_or(after)))
}

impl Tag<'_> {
    /// The value of an attribute, quoted or not.
    fn attribute(&self, name: &str) -> Option<&str> {
        let lower = self.attributes.to_ascii_lowercase();
        let mut at = 0;
        loop {
            let found = at + lower[at..].find(name)?;
            at = found + name.len();
            let is_apart = lower[..found].ends_with(|c: char| c.is_whitespace());
            let value = self.attributes[at..].trim_start().strip_prefix('=');
            let Some(value) = value.filter(|_| is_apart) else { continue };
            let value = value.trim_start();
            return match value.chars().next() {
                Some(quote @ ('"' | '\'')) => value[1..].split(quote).next(),
                _ => value.split_whitespace().next(),
            };
        }
    }

    /// Whether it centres its text; `None` when it does not say.
    fn is_centred(&self) -> Option<bool> {
        if let Some(align) = self.attribute("align") {
            return Some(align.eq_ignore_ascii_case("center"));
        }
        let style = self.attribute("style")?.to_ascii_lowercase().replace(' ', "");
        let align = style.split("text-align:").nth(1)?;
        Some(align.starts_with("center"))
    }
}

/// Passes over the content of an element that is not text.
fn skip_to_end<'t>(text: &'t str, name: &str) -> &'t str {
    let mut rest = text;
    while let Some(at) = rest.find("</") {
        let Some((tag, after)) = split_tag(&rest[at..]) else {
            rest = &rest[at + 2..];
            continue;
        };
        if tag.name == name {
            return after;
        }
        rest = after;
    }
    ""
}

/// A table being read.
#[derive(Default)]
struct OpenTable {
    table: Table,
    row: Row,
    cell: Option<Cell>,
}

struct Page<'b, 'l> {
    budget: &'b mut Budget<'l>,
    lines: Vec<Line>,
    is_note: bool,
    /// Open elements of each kind.
    n_bold: u32,
    n_italic: u32,
    is_raised: bool,
    is_centred: bool,
    /// Whether the open `div`, `center` and cells centre their text, outermost first.
    centring: Vec<bool>,
    tables: Vec<OpenTable>,
    n_tables: u32,
    out: Vec<Flow>,
}

impl<'b, 'l> Page<'b, 'l> {
    fn new(budget: &'b mut Budget<'l>) -> Self {
        Self {
            budget,
            lines: Vec::new(),
            is_note: false,
            n_bold: 0,
            n_italic: 0,
            is_raised: false,
            is_centred: false,
            centring: Vec::new(),
            tables: Vec::new(),
            n_tables: 0,
            out: Vec::new(),
        }
    }

    fn text(&mut self, text: &str) -> Result<(), ReadError> {
        let mut shown = String::with_capacity(text.len());
        let so_far = self.lines.last().map(flow::tail).unwrap_or_default();
        for character in text.chars() {
            let is_space = matches!(character, ' ' | '\t' | '\r' | '\n');
            let before = shown.chars().next_back().or(so_far.chars().next_back());
            match u8::try_from(character) {
                _ if is_space && before.is_none_or(|before| before == ' ') => {}
                _ if is_space => shown.push(' '),
                // Old versions of Word name dashes and quotes by their codes in windows-1252.
                Ok(byte @ 0x80..=0x9F) => {
                    shown += &WINDOWS_1252.decode_without_bom_handling(&[byte]).0;
                }
                _ => shown.push(character),
            }
        }
        let digits = shown.trim();
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if self.is_raised && is_number && !marks::takes_exponent(&so_far) {
            let is_first = self.lines.len() <= 1 && self.lines.iter().all(flow::is_blank);
            self.is_note |= is_first;
            shown = format!("[{digits}]");
        }
        if shown.is_empty() {
            return Ok(());
        }
        let bold = if self.n_bold > 0 { BOLD } else { 0 };
        let style = bold | if self.n_italic > 0 { ITALIC } else { 0 };
        self.budget.charge_layout(shown.len())?;
        if self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        if let Some(line) = self.lines.last_mut() {
            line.runs.push(Run { text: shown, style });
        }
        Ok(())
    }

    fn tag(&mut self, tag: &Tag) -> Result<(), ReadError> {
        let count = |n: u32| if tag.is_end { n.saturating_sub(1) } else { n.saturating_add(1) };
        match &*tag.name {
            "b" | "strong" => self.n_bold = count(self.n_bold),
            "i" | "em" => self.n_italic = count(self.n_italic),
            "sup" => self.is_raised = !tag.is_end,
            "br" => {
                self.budget.charge_layout(0)?;
                if self.lines.is_empty() {
                    self.lines.push(Line::default());
                }
                self.lines.push(Line::default());
            }
            "div" | "center" => {
                self.end_paragraph();
                self.centre(tag);
            }
            "table" if !tag.is_end => {
                self.end_paragraph();
                // Deeper ones are read as part of the cell they stand in.
                if self.tables.len() < self.budget.limits.max_depth {
                    let mut open = OpenTable::default();
                    open.table.is_bordered =
                        tag.attribute("border").is_some_and(|border| border.trim() != "0");
                    self.tables.push(open);
                }
            }
            "table" => {
                self.end_paragraph();
                if let Some(open) = self.tables.pop() {
                    self.close_table(open);
                }
            }
            "tr" => {
                self.end_paragraph();
                if let Some(open) = self.tables.last_mut() {
                    open.end_row();
                }
            }
            "td" | "th" => {
                self.end_paragraph();
                self.centre(tag);
                if let Some(open) = self.tables.last_mut() {
                    open.end_cell();
                    if !tag.is_end {
                        open.start_cell(tag.attribute("colspan"));
                    }
                }
            }
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.end_paragraph();
                let inherited = self.centring.last().copied().unwrap_or(false);
                self.is_centred = tag.is_centred().unwrap_or(inherited);
            }
            "li" | "ul" | "ol" | "hr" | "blockquote" | "pre" | "body" | "section" | "article"
            | "dt" | "dd" | "caption" | "address" => self.end_paragraph(),
            _ => {}
        }
        Ok(())
    }

    /// Enters or leaves an element that may centre what is in it.
    fn centre(&mut self, tag: &Tag) {
        let outer = self.centring.last().copied().unwrap_or(false);
        if tag.is_end {
            self.centring.pop();
        } else if self.centring.len() < self.budget.limits.max_depth {
            let is_center = tag.name == "center";
            self.centring.push(is_center || tag.is_centred().unwrap_or(outer));
        }
        self.is_centred = self.centring.last().copied().unwrap_or(false);
    }

    fn end_paragraph(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        let is_note = std::mem::take(&mut self.is_note);
        let kind = if is_note { BlockKind::Note } else { BlockKind::Paragraph };
        let steps: Vec<Flow> = lines
            .split(flow::is_blank)
            .filter_map(|lines| flow::block(kind.clone(), self.is_centred, lines.to_vec()))
            .map(Flow::Block)
            .collect();
        self.emit(steps);
    }

    fn close_table(&mut self, mut open: OpenTable) {
        open.end_row();
        let number = self.n_tables;
        self.n_tables += 1;
        self.emit(columns::lay_out(open.table, number));
    }

    fn emit(&mut self, steps: Vec<Flow>) {
        if steps.is_empty() {
            return;
        }
        match self.tables.last_mut() {
            Some(open) => {
                if open.cell.is_none() {
                    open.start_cell(None);
                }
                if let Some(cell) = &mut open.cell {
                    cell.flow.extend(steps);
                }
            }
            None => self.out.extend(steps),
        }
    }
}

impl OpenTable {
    fn start_cell(&mut self, span: Option<&str>) {
        const MOST_COLUMNS: u32 = 1024;
        let span = span.and_then(|span| span.trim().parse().ok()).unwrap_or(1);
        let first_column = self.row.cells.last().map_or(0, |cell| cell.first_column + cell.span);
        let first_column = first_column.min(MOST_COLUMNS);
        self.cell =
            Some(Cell { first_column, span: span.clamp(1, MOST_COLUMNS), flow: Vec::new() });
    }

    fn end_cell(&mut self) {
        self.row.cells.extend(self.cell.take());
    }

    fn end_row(&mut self) {
        self.end_cell();
        let row = std::mem::take(&mut self.row);
        let Some(last) = row.cells.last() else { return };
        self.table.n_columns = self.table.n_columns.max(last.first_column + last.span);
        self.table.rows.push(row);
    }
}

/// The characters of a page: by its byte order mark, by what the mail or the page itself says,
/// as UTF-8 when it can be, or else by the codes of windows-1252.
fn decode(bytes: &[u8], charset: Option<&'static Encoding>) -> String {
    const HEAD_BYTES: usize = 2048;
    if txt::utf16_of(bytes).is_some() || bytes.starts_with(b"\xEF\xBB\xBF") {
        return txt::decode(bytes);
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD_BYTES)]).to_lowercase();
    let label = head.split("charset=").nth(1).map(|label| label.trim_start_matches(['"', '\'']));
    let label = label.and_then(|label| label.split(['"', '\'', ' ', '>', ';', '/']).next());
    let declared = charset.or_else(|| Encoding::for_label(label?.as_bytes()));
    // Pages of all encodings call themselves UTF-8, and the other way round.
    match declared.filter(|encoding| *encoding != UTF_8) {
        Some(encoding) if std::str::from_utf8(bytes).is_err() || bytes.is_ascii() => {
            encoding.decode_without_bom_handling(bytes).0.into_owned()
        }
        _ => txt::decode(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{layout::Column, source::Limits};

    fn print(html: &[u8]) -> String {
        let limits = Limits { max_depth: 8, ..Limits::default() };
        let (layout, _) = read(html, None, &mut Budget::new(&limits)).unwrap();
        let mut out = String::new();
        for block in &layout.pages[0].blocks {
            let column = if block.column == Column::Full { "" } else { "column " };
            let centred = if block.centred { "centred " } else { "" };
            let note = if block.kind == BlockKind::Note { "note " } else { "" };
            let lines: Vec<String> = block.lines.iter().map(Line::text).collect();
            out += &format!("{column}{centred}{note}{}\n", lines.join(" / "));
        }
        out
    }

    #[track_caller]
    fn check(html: &str, expect: &str) {
        assert_eq!(print(html.as_bytes()), expect);
    }

    #[test]
    fn text_of_a_page() {
        check(
            "<html><head><title>x</title><style>p{}</style></head><body><p>S&#7889;:\n  5 &lt; 6\
             <br>b<o:p></o:p><p align=center>c</p><div style='text-align: center'><p>d</p>\
             <p style=\"a:b;text-align:left\">e</p></div>f<!-- g --><script>if (a</b) {}</script>",
            "Số: 5 < 6 / b\ncentred c\ncentred d\ne\nf\n",
        );
        // Notes typed by hand, and a square; a dash by its Windows code; a lone bracket.
        check(
            "<p>dễ nhớ<sup>1</sup>, 5 m<sup>2</sup> &#150; a < b<p><sup>1</sup> Kế hoạch",
            "dễ nhớ[1], 5 m2 – a < b\nnote [1] Kế hoạch\n",
        );
    }

    #[test]
    fn tables_of_a_page() {
        check(
            "<table border=1><tr><td>a<td><p>b<p>c</td></tr><tr><th>d<table><tr><td>e</table>f\
             </table>g",
            "a\nb / c\nd / e / f\ng\n",
        );
        check(
            "<table><tr><td>UBND</td><td>X</td></tr><tr><td>Số: 1</td><td>Y</td></tr></table>",
            "column UBND\ncolumn Số: 1\ncolumn X\ncolumn Y\n",
        );
        // Nothing closed, nothing opened, nested too deep.
        check(&"<table><tr><td>a".repeat(20), &"a\n".repeat(20));
        check("</table></td></div>a", "a\n");
    }

    #[test]
    fn encodings_of_a_page() {
        let page = |charset: &str, text: &[u8]| {
            let head = format!("<meta http-equiv=x content=\"text/html; charset={charset}\"><p>");
            print(&[head.as_bytes(), text].concat())
        };
        assert_eq!(page("windows-1258", b"ng\xE0y"), "ngày\n");
        assert_eq!(page("utf-8", "ngày".as_bytes()), "ngày\n");
        // What a page says of itself is not always so.
        assert_eq!(page("windows-1252", "ngày".as_bytes()), "ngày\n");
        assert_eq!(page("utf-8", b"ng\xE0y"), "ngày\n");
    }
}
