"""Writes a spec as flat OpenDocument text, laid out as Nghị định 30/2020/NĐ-CP (or the Party's rules) asks.

`render(spec)` gives the XML and the citations in reading order: what is printed and what
the labels say come from the same marks.
"""
import csv
import pathlib
import re
from xml.sax.saxutils import escape

import spec as S

HERE = pathlib.Path(__file__).parent
NS = " ".join(f'xmlns:{p}="urn:oasis:names:tc:opendocument:xmlns:{u}:1.0"' for p, u in [
    ("office", "office"), ("style", "style"), ("text", "text"), ("table", "table"), ("draw", "drawing"),
    ("svg", "svg-compatible"), ("meta", "meta")]) + \
    ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"' \
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'


def tcvn3_table():
    """Letter to legacy byte, as a Latin-1 character. Capitals with tone marks have no byte of their own."""
    table = {}
    for row in csv.DictReader(open(HERE / "tcvn3.csv", encoding="utf-8")):
        table[row["char"]] = bytes.fromhex(row["legacy"]).decode("latin-1")
    return table


TCVN3 = None


def to_tcvn3(text):
    global TCVN3
    TCVN3 = TCVN3 or tcvn3_table()
    out = []
    for ch in text:
        if ord(ch) < 0x80:
            out.append(ch)
        elif ch in TCVN3:
            out.append(TCVN3[ch])
        elif ch in "“”":
            out.append('"')
        elif ch in "–…":
            out.append({"–": "-", "…": "..."}[ch])
        else:
            raise ValueError(f"no TCVN3 byte for {ch!r} in {text!r}")
    return "".join(out)


class Writer:
    def __init__(self, spec):
        self.spec = spec
        self.legacy = spec.get("font") == "tcvn3"
        self.out = []
        self.cites = []
        self.zone = "body"
        self.n_notes = 0
        self.changes = []
        self.size = float(spec.get("size", "14"))
        self.tables = []
        self.head_type = None

    # ---- inline ----
    def plain(self, text, upper=False):
        if self.legacy:
            text = to_tcvn3(text)
        x = escape(text)
        x = re.sub(r" {2,}", lambda m: f' <text:s text:c="{len(m.group(0)) - 1}"/>', x)
        if x.startswith(" "):
            x = "<text:s/>" + x[1:]
        return x.replace("→", "<text:tab/>").replace("↵", "<text:line-break/>")

    def caps(self, text):
        """Text in capitals: in legacy files lower case under a capital font."""
        if self.legacy:
            return f'<text:span text:style-name="H">{self.plain(text.lower())}</text:span>'
        return self.plain(text.upper())

    def cite(self, inner):
        nested = re.findall(r"<<(.*?)>>", inner)
        inner = re.sub(r"<<[^:>]*:\s*(.*?)>>", r"\1", inner)
        c = S.parse_cite(inner, self.zone, self.head_type)
        if re.match(r"\s*(số\s|và\s)?", c.text) and c.doc_type:
            self.head_type = c.doc_type
        self.cites.append(c)
        for mark in nested:  # numbers inside the quoted title
            self.cites.append(S.parse_cite(mark, self.zone))
        return c.text

    def inline(self, text):
        """Marks to XML: footnotes, citations, changes, bold, italics."""
        out = []
        for part in re.split(r"(\(\(fn:.*?\)\))", text):
            if part.startswith("((fn:"):
                zone, self.zone = self.zone, "footnote"
                self.n_notes += 1
                n = self.n_notes
                inner = self.inline(part[5:-2].strip())
                self.zone = zone
                out.append(f'<text:note text:id="ftn{n}" text:note-class="footnote"><text:note-citation>{n}</text:note-citation>'
                           f'<text:note-body><text:p text:style-name="Footnote">{inner}</text:p></text:note-body></text:note>')
            else:
                part = S.MARK.sub(lambda m: self.cite(m.group(1)), part)
                out.append(self.spans(part))
        return "".join(out)

    def spans(self, text):
        out = []
        for piece in re.split(r"(\*\*.*?\*\*|__.*?__|\{\+.*?\+\}|\{-.*?-\})", text):
            if piece.startswith("**"):
                out.append(f'<text:span text:style-name="B">{self.plain(piece[2:-2])}</text:span>')
            elif piece.startswith("__"):
                out.append(f'<text:span text:style-name="I">{self.plain(piece[2:-2])}</text:span>')
            elif piece.startswith("{+"):
                i = len(self.changes)
                self.changes.append(("ins", None))
                out.append(f'<text:change-start text:change-id="ct{i}"/>{self.plain(piece[2:-2])}<text:change-end text:change-id="ct{i}"/>')
            elif piece.startswith("{-"):
                i = len(self.changes)
                self.changes.append(("del", piece[2:-2]))
                out.append(f'<text:change text:change-id="ct{i}"/>')
            else:
                out.append(self.plain(piece))
        return "".join(out)

    def p(self, style, xml):
        self.out.append(f'<text:p text:style-name="{style}">{xml}</text:p>')

    # ---- tables ----
    def columns(self, left, right, widths, style):
        """A borderless row of two cells: the letterhead and the foot."""
        name = f"T{len(self.tables)}"
        self.tables.append((name, widths, False))
        x = [f'<table:table table:name="{name}" table:style-name="{name}">']
        x += [f'<table:table-column table:style-name="{name}.{i}"/>' for i in range(len(widths))]
        rows = list(zip(left, right)) if left and isinstance(left[0], list) else [(left, right)]
        for l, r in rows:
            x.append('<table:table-row table:style-name="NoSplit">')
            for cell in (l, r):
                x.append('<table:table-cell table:style-name="Plain" office:value-type="string">')
                x += [f'<text:p text:style-name="{s}">{t}</text:p>' for s, t in cell] or ['<text:p text:style-name="HeadC"/>']
                x.append("</table:table-cell>")
            x.append("</table:table-row>")
        x.append("</table:table>")
        self.out.append("".join(x))

    def grid(self, rows, weights):
        name = f"T{len(self.tables)}"
        n = max(len(r) for r in rows)
        weights = weights or [1] * n
        total = 16.0
        widths = [round(total * w / sum(weights), 2) for w in weights]
        self.tables.append((name, widths, True))
        x = [f'<table:table table:name="{name}" table:style-name="{name}">']
        x += [f'<table:table-column table:style-name="{name}.{i}"/>' for i in range(n)]
        for i, row in enumerate(rows):
            if i == 0:
                x.append("<table:table-header-rows>")
            x.append("<table:table-row>")
            for j, cell in enumerate(row):
                style = "CellH" if i == 0 else ("CellC" if j == 0 or re.fullmatch(r"[\d.,%/\- ]*", cell.strip("*")) else "CellL")
                x.append(f'<table:table-cell table:style-name="Box" office:value-type="string"><text:p text:style-name="{style}">{self.inline(cell)}</text:p></table:table-cell>')
            x.append("</table:table-row>")
            if i == 0:
                x.append("</table:table-header-rows>")
        x.append("</table:table>")
        self.out.append("".join(x))
        self.p("Gap", "")

    # ---- parts ----
    def date_line(self):
        s = self.spec
        if s.get("date_line") is not None:
            return s.get("date_line").strip()
        y, m, d = s.get("date").split("-")
        month = m if int(m) <= 2 else str(int(m))
        return f"{s.get('place')}, ngày {d} tháng {month} năm {y}"

    def letterhead(self):
        s = self.spec
        layout = s.get("layout", "state")
        if s.get("no_head"):
            return
        parent = [x for x in s.get("parent", "").split("|") if x]
        issuer = [x for x in s.get("issuer", "").split("|") if x]
        number = s.get("number_line", f"Số{'' if layout == 'party' else ':'} {s.get('number', '')}")
        date_xml = self.plain(self.date_line()) if (s.get("date") or s.get("date_line")) and layout != "vbhn" else ""
        left, right = [], []
        for line in parent:
            left.append(("HeadC", self.caps(line)))
        for line in issuer:
            left.append(("HeadB", self.caps(line)))
        if layout == "party":
            left.append(("HeadC", "*"))
            right.append(("HeadBU", self.caps("Đảng Cộng sản Việt Nam")))
        elif layout == "youth":
            left.append(("HeadC", "***"))
            right.append(("HeadBU", self.caps("Đoàn TNCS Hồ Chí Minh")))
        else:
            left.append(("Rule3", "") if s.get("rule") != "dashes" else ("HeadC", "-------"))
            right.append(("HeadB", self.caps("Cộng hòa xã hội chủ nghĩa Việt Nam") if not self.legacy else self.caps("Cộng hoà xã hội chủ nghĩa Việt Nam")))
            right.append(("HeadB13", self.plain("Độc lập - Tự do - Hạnh phúc")))
            right.append(("Rule6", "") if s.get("rule") != "dashes" else ("HeadC", "---------------"))
        left2, right2 = [], []
        if layout not in ("vbhn",) and number.strip(" :"):
            left2.append(("HeadC13", self.plain(number)))
        if s.get("vv"):
            for line in self.marked(s.get("vv"), "title").split("|"):
                left2.append(("HeadVv", line))
        if date_xml:
            right2.append(("HeadDate", date_xml))
        if s.get("classification") and s.get("special") != "scan-secret":
            left2.append(("Stamp", self.caps(s.get("classification"))))
        if s.get("urgency") and not s.get("vv"):
            left2.append(("Stamp", self.caps(s.get("urgency"))))
        elif s.get("urgency"):
            right2.append(("Stamp", self.caps(s.get("urgency"))))
        if s.get("head") == "tabs":
            rows = max(len(left), len(right))
            for i in range(rows):
                l = left[i][1] if i < len(left) and not left[i][0].startswith("Rule") else ("_______" if i < len(left) else "")
                r = right[i][1] if i < len(right) and not right[i][0].startswith("Rule") else ("________________" if i < len(right) else "")
                lb = i < len(left) and left[i][0] == "HeadB"
                rb = i < len(right) and right[i][0].startswith("HeadB")
                wrap = lambda b, t: f'<text:span text:style-name="B">{t}</text:span>' if b and t else t
                self.p("TabHead", f"<text:tab/>{wrap(lb, l)}<text:tab/>{wrap(rb, r)}")
            for i in range(max(len(left2), len(right2))):
                l = left2[i][1] if i < len(left2) else ""
                r = right2[i][1] if i < len(right2) else ""
                r = f'<text:span text:style-name="I">{r}</text:span>' if r else ""
                self.p("TabHead", f"<text:tab/>{l}<text:tab/>{r}" if r else f"<text:tab/>{l}")
        else:
            widths = [7.0, 9.4]
            if left2 or right2:
                self.columns([left, left2], [right, right2], widths, "head")
            else:
                self.columns(left, right, widths, "head")
        self.p("Gap", "")

    def marked(self, text, zone):
        old, self.zone = self.zone, zone
        xml = self.inline(text)
        self.zone = old
        return xml

    def frame(self, text, x, y, w, style="FrameBox", para="FrameP"):
        lines = "".join(f'<text:p text:style-name="{para}">{self.plain(l)}</text:p>' for l in text.split("|"))
        n = len(self.out)
        return (f'<draw:frame draw:style-name="{style}" draw:name="Khung{n}" text:anchor-type="paragraph" svg:x="{x}cm" svg:y="{y}cm" svg:width="{w}cm" '
                f'draw:z-index="0"><draw:text-box fo:min-height="0.6cm">{lines}</draw:text-box></draw:frame>')

    def title(self):
        s = self.spec
        if s.get("type") and s.get("type") != "Công văn":
            self.p("Type", self.caps(s.get("type")))
            if s.get("subject"):
                old, self.zone = self.zone, "title"
                text = S.MARK.sub(lambda m: self.cite(m.group(1)), s.get("subject"))
                self.zone = old
                self.p("Subject", "<text:line-break/>".join(self.plain(x) for x in balanced(text)))
                if s.get("layout") != "party":
                    self.p("Rule4", "")
                else:
                    self.p("HeadC", "-----")
        if s.get("kinh_gui"):
            names = s.get("kinh_gui").split("|")
            if len(names) == 1:
                self.p("KinhGui", self.plain("Kính gửi: " + names[0]))
            else:
                self.p("KinhGui", self.plain("Kính gửi:"))
                for i, n in enumerate(names):
                    self.p("KinhGuiL", self.plain(f"- {n}" + (";" if i + 1 < len(names) else ".")))
            self.p("Gap", "")

    def foot(self):
        s = self.spec
        if s.get("no_foot"):
            return
        left = []
        rec = s.get("recipients", [])
        if rec:
            left.append(("NoiNhan", self.plain("Nơi nhận:")))
            for i, r in enumerate(rec):
                left.append(("NoiNhanL", self.plain(f"- {r}" + ("." if i + 1 == len(rec) else ";"))))
        right = []
        sign = [x for x in s.get("sign", "").split("|") if x]
        for i, line in enumerate(sign):
            m = re.match(r"(TM\.|KT\.|TL\.|TUQ\.|Q\.|T/M|K/T|T/L)\s*(.*)$", line)
            xml = (self.plain(m.group(1) + " ") + self.caps(m.group(2))) if m else self.caps(line)
            right.append(("SignB", xml))
        if s.get("signed_mark"):
            right += [("SignC", ""), ("SignC", f'<text:span text:style-name="I">{self.plain(s.get("signed_mark"))}</text:span>'), ("SignC", "")]
        else:
            right += [("SignC", "")] * 4
        right.append(("SignB", self.plain(s.get("signer", ""))))
        # The last paragraph goes over the page with the foot: a signature never stands alone.
        self.out[-1] = self.out[-1].replace('text:style-name="Body"', 'text:style-name="BodyKeep"', 1)
        self.p("GapKeep", "")
        if s.get("foot") == "tabs":
            for i in range(max(len(left), len(right))):
                l = left[i] if i < len(left) else ("", "")
                r = right[i] if i < len(right) else ("", "")
                ls = "S11BI" if l[0] == "NoiNhan" else "S11"
                lx = f'<text:span text:style-name="{ls}">{l[1]}</text:span>' if l[1] else ""
                rx = f'<text:span text:style-name="B">{r[1]}</text:span>' if r[1] else ""
                self.p("TabFoot", f"{lx}<text:tab/>{rx}" if rx else lx)
        else:
            self.columns(left, right, [8.0, 8.4], "foot")

    def body(self):
        lines = self.spec.body
        i, foot_done = 0, False
        weights = None
        while i < len(lines):
            line = lines[i]
            self.head_type = None
            if line.startswith("|w "):
                weights = [float(x) for x in line[3:].split(",")]
            elif line.startswith("|"):
                rows = []
                while i < len(lines) and lines[i].startswith("|") and not lines[i].startswith("|w "):
                    rows.append([c.strip() for c in lines[i].strip().strip("|").split("|")])
                    i += 1
                self.grid(rows, weights)
                weights = None
                continue
            elif line == "!foot":
                self.foot()
                foot_done = True
            elif line == "!appendix":
                self.zone = "appendix"
                self.p("PageBreak", "")
            elif line == "!gap":
                self.p("Body", "")
            elif line.startswith("!cols "):
                l, r = line[6:].split("||")
                mk = lambda side: [("HeadC13", self.inline(x.strip())) for x in side.split("¦")]
                self.columns(mk(l), mk(r), [8.0, 8.4], "cols")
            elif line.startswith("~ "):
                old, self.zone = self.zone, "recital"
                self.p("Recital", self.inline(line[2:]))
                self.zone = old
            elif line.startswith("### "):
                self.p("H2", self.inline(line[4:]))
            elif line.startswith("## "):
                self.p("H1", self.inline(line[3:]))
            elif line.startswith("# "):
                items = []
                while i < len(lines) and lines[i].startswith("# "):
                    items.append(lines[i][2:])
                    i += 1
                first = not any("<text:list " in o for o in self.out)
                cont = "" if first else ' text:continue-numbering="true"'
                self.out.append(f'<text:list text:style-name="L1"{cont}>' + "".join(
                    f'<text:list-item><text:p text:style-name="ListP">{self.inline(t)}</text:p></text:list-item>' for t in items) + "</text:list>")
                continue
            elif line.startswith("^^ "):
                self.p("CenterI", self.inline(line[3:]))
            elif line.startswith("^ "):
                self.p("CenterB", self.inline(line[2:]))
            elif line.startswith("%r "):
                self.p("RightI", self.inline(line[3:]))
            elif line.startswith("% "):
                self.p("Left", self.inline(line[2:]))
            else:
                self.p("Body", self.inline(line))
            i += 1
        if not foot_done:
            self.foot()


def balanced(text, widest=70):
    """Lines of a title, as a typist breaks them: no single word left over."""
    if "|" not in text:
        return [text]
    out = []
    for line in text.split("|"):
        n = -(-len(line) // widest)
        words, target = line.split(" "), len(line) / n
        while words:
            take = [words.pop(0)]
            while words and (len(" ".join(take + [words[0]])) <= target + 3 or n == 1):
                take.append(words.pop(0))
            if words and take[-1] in ("ngày", "tháng", "năm", "số", "điều") and len(take) > 1:
                words.insert(0, take.pop())
            out.append(" ".join(take))
            n -= 1 if n > 1 else 0
    return out


def style(name, para="", text="", parent=None, master=None):
    m = f' style:master-page-name="{master}"' if master else ""
    return (f'<style:style style:name="{name}" style:family="paragraph"{m}>'
            f'<style:paragraph-properties {para}/><style:text-properties {text}/></style:style>')


def render(spec):
    w = Writer(spec)
    s = spec
    if s.get("draft"):
        w.p("Gap", w.frame(s.get("draft"), 11.8, -0.9, 4.2))
    if s.get("top_block"):
        for line in s.get("top_block").split("|"):
            w.p("Tiny", w.plain(line))
    w.letterhead()
    if s.get("arrival"):
        w.p("Gap", w.frame(s.get("arrival"), -2.2, 0.3, 3.9, "FrameRed", "FrameRedP"))
    w.title()
    w.body()
    size = w.size
    # Word writes Times New Roman; for PDF the metrically equal free font is named, so that no fallback font is mixed in.
    font = ".VnTime" if w.legacy else "Times New Roman" if s.get("path").endswith("docx") else "Liberation Serif"
    f = lambda pt, extra="": f'fo:font-size="{pt}pt" style:font-name="{font}" style:font-name-complex="{font}" style:font-name-asian="{font}" {extra}'
    bold, ital = 'fo:font-weight="bold"', 'fo:font-style="italic"'
    center = 'fo:text-align="center"'
    ind = 'fo:text-align="justify" fo:text-indent="1.27cm" fo:margin-top="0.1cm" fo:margin-bottom="0.1cm" fo:line-height="112%"'
    rule = lambda m: f'fo:margin-left="{m}cm" fo:margin-right="{m}cm" fo:border-bottom="0.5pt solid #000000" fo:line-height="3pt" fo:margin-bottom="0.15cm"'
    styles = [
        style("Standard", "", f(size)),
        style("Body", ind, f(size)),
        style("Recital", ind, f(size, ital if (s.get("date") or "2021") >= "2020-03-05" else "")),
        style("H1", ind + ' fo:keep-with-next="always"', f(size, bold)),
        style("H2", ind + ' fo:keep-with-next="always"', f(size, bold + " " + ital)),
        style("ListP", ind, f(size)),
        style("CenterB", center + ' fo:margin-top="0.15cm" fo:margin-bottom="0.15cm" fo:keep-with-next="always"', f(size, bold)),
        style("CenterI", center + ' fo:margin-bottom="0.2cm"', f(size, ital)),
        style("RightI", 'fo:text-align="end"', f(size - 1, ital)),
        style("Left", 'fo:text-align="start" fo:margin-top="0.1cm"', f(size)),
        style("Type", center + ' fo:margin-top="0.2cm"', f(size, bold)),
        style("Subject", center, f(size, bold)),
        style("HeadC", center, f(12.5 if w.legacy else 12)),
        style("HeadB", center, f(12, bold)),
        style("HeadBU", center, f(13, bold + ' style:text-underline-style="solid" style:text-underline-width="auto" style:text-underline-color="font-color"')),
        style("HeadB13", center, f(13, bold)),
        style("HeadC13", center, f(13)),
        style("HeadVv", center, f(12)),
        style("HeadDate", center, f(13, ital)),
        style("Stamp", center + ' fo:margin-top="0.15cm" fo:margin-left="2cm" fo:margin-right="2cm" fo:border="1pt solid #000000" fo:padding="0.05cm"', f(13, bold)),
        style("Rule3", rule(2.5), f(4)), style("Rule4", rule(6.2), f(4)), style("Rule6", rule(1.9), f(4)),
        style("TabHead", '', f(12)).replace("<style:paragraph-properties />", '<style:paragraph-properties><style:tab-stops><style:tab-stop style:position="3.2cm" style:type="center"/><style:tab-stop style:position="11.4cm" style:type="center"/></style:tab-stops></style:paragraph-properties>'),
        style("TabFoot", '', f(size - 1)).replace("<style:paragraph-properties />", '<style:paragraph-properties><style:tab-stops><style:tab-stop style:position="11.8cm" style:type="center"/></style:tab-stops></style:paragraph-properties>'),
        style("BodyKeep", ind + ' fo:keep-with-next="always" fo:orphans="3"', f(size)),
        style("GapKeep", 'fo:keep-with-next="always"', f(6)),
        style("Gap", 'fo:margin-bottom="0cm"', f(6)),
        style("End", 'fo:margin-top="0cm" fo:margin-bottom="0cm" fo:line-height="1pt"', f(1)),
        style("Tiny", 'fo:text-align="start"', f(8)),
        style("KinhGui", center + ' fo:margin-top="0.2cm" fo:margin-bottom="0.1cm"', f(size)),
        style("KinhGuiL", 'fo:margin-left="5cm"', f(size)),
        style("NoiNhan", 'fo:text-align="start"', f(12, bold + " " + ital)),
        style("NoiNhanL", 'fo:text-align="start"', f(11)),
        style("SignB", center, f(size, bold)), style("SignC", center, f(size)),
        style("CellH", center, f(size - 2, bold)), style("CellC", center, f(size - 2)), style("CellL", 'fo:text-align="start"', f(size - 2)),
        style("Footnote", 'fo:text-align="justify" fo:margin-left="0.3cm" fo:text-indent="-0.3cm"', f(10)),
        style("PageNo", center, f(13)),
    ]
    auto = [style("PageBreak", 'fo:break-before="page"', f(4)),
            style("FrameP", center, f(13, bold)),
            style("FrameRedP", center, f(10, bold + ' fo:color="#c00000"'))]
    for n, props in (("B", bold), ("I", ital), ("H", 'style:font-name=".VnTimeH" style:font-name-complex=".VnTimeH"'),
                     ("S11", 'fo:font-size="11pt"'), ("S11BI", f'fo:font-size="12pt" {bold} {ital}')):
        auto.append(f'<style:style style:name="{n}" style:family="text"><style:text-properties {props}/></style:style>')
    for name, widths, _ in w.tables:
        auto.append(f'<style:style style:name="{name}" style:family="table"><style:table-properties style:width="{sum(widths):.2f}cm" table:align="center" style:rel-width="100%"/></style:style>')
        for i, wd in enumerate(widths):
            auto.append(f'<style:style style:name="{name}.{i}" style:family="table-column"><style:table-column-properties style:column-width="{wd}cm"/></style:style>')
    auto.append('<style:style style:name="Plain" style:family="table-cell"><style:table-cell-properties fo:border="none" fo:padding="0cm"/></style:style>')
    auto.append('<style:style style:name="Box" style:family="table-cell"><style:table-cell-properties fo:border="0.5pt solid #000000" fo:padding="0.08cm" style:vertical-align="middle"/></style:style>')
    auto.append('<style:style style:name="NoSplit" style:family="table-row"><style:table-row-properties fo:keep-together="always"/></style:style>')
    wrap = 'style:wrap="run-through" style:run-through="foreground" style:vertical-pos="from-top" style:vertical-rel="paragraph" style:horizontal-pos="from-left" style:horizontal-rel="paragraph" fo:padding="0.05cm"'
    for n, colour in (("FrameBox", "#000000"), ("FrameRed", "#c00000")):
        auto.append(f'<style:style style:name="{n}" style:family="graphic"><style:graphic-properties {wrap} fo:border="1pt solid {colour}" fo:background-color="transparent" draw:fill="none" style:background-transparency="100%"/></style:style>')
    lists = ('<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix=".">'
             '<style:list-level-properties text:list-level-position-and-space-mode="label-alignment"><style:list-level-label-alignment text:label-followed-by="space" fo:text-indent="1.27cm" fo:margin-left="0cm"/></style:list-level-properties>'
             '</text:list-level-style-number></text:list-style>')
    tracked = ""
    if w.changes:
        regions = []
        for i, (kind, text) in enumerate(w.changes):
            info = '<office:change-info><dc:creator>Phòng soạn thảo</dc:creator><dc:date>2021-03-01T08:00:00</dc:date></office:change-info>'
            if kind == "ins":
                regions.append(f'<text:changed-region xml:id="ct{i}" text:id="ct{i}"><text:insertion>{info}</text:insertion></text:changed-region>')
            else:
                regions.append(f'<text:changed-region xml:id="ct{i}" text:id="ct{i}"><text:deletion>{info}<text:p text:style-name="Body">{escape(text)}</text:p></text:deletion></text:changed-region>')
        tracked = f'<text:tracked-changes text:track-changes="false">{"".join(regions)}</text:tracked-changes>'
    header = f'<text:p text:style-name="PageNo">{w.plain(s.get("running_head")) if s.get("running_head") else "<text:page-number text:select-page=%scurrent%s>2</text:page-number>" % (chr(34), chr(34))}</text:p>'
    first_header = header if s.get("running_head") else '<text:p text:style-name="PageNo"/>'
    page = 'fo:page-width="21.001cm" fo:page-height="29.7cm" fo:margin-top="1.2cm" fo:margin-bottom="2cm" fo:margin-left="3cm" fo:margin-right="1.6cm"'
    when = (s.get("date") or "2021-04-01")
    when = (when + "-06-15"[len(when) - 4:] if len(when) < 10 else when) + "T09:00:00"
    xml = f'''<?xml version="1.0" encoding="UTF-8"?>
<office:document {NS} office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.text">
<office:meta><meta:creation-date>{when}</meta:creation-date><dc:date>{when}</dc:date><meta:generator>vanthu corpus</meta:generator></office:meta>
<office:font-face-decls><style:font-face style:name="{font}" svg:font-family="'{font}'" style:font-family-generic="roman" style:font-pitch="variable"/><style:font-face style:name=".VnTimeH" svg:font-family="'.VnTimeH'"/></office:font-face-decls>
<office:styles><style:default-style style:family="paragraph"><style:paragraph-properties style:tab-stop-distance="1.27cm"/><style:text-properties style:font-name="{font}" fo:font-size="{size}pt" fo:language="vi" fo:country="VN"/></style:default-style>
{"".join(styles)}
<text:notes-configuration text:note-class="footnote" style:num-format="1" text:start-value="0" text:footnotes-position="page" text:start-numbering-at="document"/></office:styles>
<office:automatic-styles>{"".join(auto)}{lists}
<style:page-layout style:name="PL"><style:page-layout-properties {page}/><style:header-style><style:header-footer-properties fo:min-height="0.9cm" fo:margin-bottom="0.2cm"/></style:header-style></style:page-layout>
</office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="PL"><style:header>{header}</style:header><style:header-first>{first_header}</style:header-first></style:master-page></office:master-styles>
<office:body><office:text>{tracked}{"".join(w.out)}</office:text></office:body></office:document>'''
    return xml, w.cites
