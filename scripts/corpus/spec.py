"""Reads a document spec (`docs/*.txt`) into parts, and its citation marks into labels.

A spec is `key: value` lines, a line `---`, then the body, one paragraph a line.
README.md in this folder explains the marks. Standard library only.
"""
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date

KINDS = {"basis", "implements", "proposal", "replies", "amends", "amended_by", "replaces", "replaced_by",
         "repeals", "corrects", "guides", "consolidates", "encloses", "mentions"}

# Type names a citation can begin with, longest first, and their signs.
TYPES = [
    ("Văn bản hợp nhất", "VBHN"), ("Thông tư liên tịch", "TTLT"), ("Nghị quyết", "NQ"), ("Quyết định", "QĐ"),
    ("Chỉ thị", "CT"), ("Thông báo", "TB"), ("Hướng dẫn", "HD"), ("Chương trình", "CTr"), ("Kế hoạch", "KH"),
    ("Đề án", "ĐA"), ("Báo cáo", "BC"), ("Tờ trình", "TTr"), ("Công văn", None), ("Giấy mời", "GM"),
    ("Nghị định", "NĐ"), ("Thông tư", "TT"), ("Kết luận", "KL"), ("Bộ luật", "BL"), ("Luật", "Luật"),
    ("Pháp lệnh", "PL"), ("Giấy phép", "GP"), ("Điều lệ", None), ("Biên bản", "BB"), ("Công điện", "CĐ"), ("Quy định", "QyĐ"), ("Thông tri", "TT"),
]
SIGNS = {s: n for n, s in reversed(TYPES) if s}
NUMBER = re.compile(r"\d+[a-zA-Z]?(?:\s?/\s?(?:19|20)\d\d)?\s?[/-]\s?[A-ZĐƯa-z][\wĐđƯư&.]*(?:\s?[-/]\s?[A-ZĐ][\wĐđƯư&.]*)*")
MARK = re.compile(r"\[\[(.*?)\]\]", re.S)
TAG = re.compile(r"\{([nditpy]):([^{}]*)\}")
DATES = [
    re.compile(r"ngày\s*(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})"),
    re.compile(r"ngày\s*(\d{1,2})\s*tháng\s*(\d{1,2})\s*năm\s*(\d{4})"),
    re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b"),
]


def nfc(text):
    return unicodedata.normalize("NFC", text)


def fold(text):
    text = unicodedata.normalize("NFD", (text or "").replace("\u00d0", "D").replace("Đ", "D").replace("đ", "d"))
    return " ".join(re.findall(r"[a-z0-9]+", "".join(c for c in text if not unicodedata.combining(c)).lower()))


def norm_number(number):
    """The form in which numbers are compared: upper case, no blanks, no leading zeros."""
    return re.sub(r"^0+(?=\d)", "", re.sub(r"\s+", "", number).upper())


def tidy_number(number):
    return re.sub(r"\s*([/\-])\s*", r"\1", number).strip()


def sign_type(number):
    """The type sign in a number, e.g. `KH` in `77/KH-SLĐTBXH`, `CT` in `06-CT/TU`; None for a letter."""
    m = re.match(r"\d+[a-zA-Z]?-([A-ZĐa-z]+)/", number)
    if m:
        return m.group(1)
    m = re.match(r"\d+[a-zA-Z]?/(?:(?:19|20)\d\d/)?([^\-/]+)-", number)
    if m and m.group(1) in SIGNS:
        return m.group(1)
    if re.match(r"\d+/\d{4}/QH\d+$", number):
        return "QH"
    return None


@dataclass
class Cite:
    kind: str
    zone: str
    text: str
    number: str = None
    doc_type: str = None
    title: str = None
    issuer: str = None
    issued_on: str = None
    provision: str = None
    flags: list = field(default_factory=list)
    attrs: dict = field(default_factory=dict)


def iso(day, month, year):
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def parse_cite(inner, zone, head_type=None):
    """`kind attrs: text with {t:title}` to a Cite; the visible text is `Cite.text`."""
    spec, text = inner.split(":", 1)
    words = spec.split()
    kind, attrs = words[0], {"flags": []}
    assert kind in KINDS, f"unknown kind {kind!r} in {inner!r}"
    for w in words[1:]:
        if w.startswith("!"):
            attrs["flags"].append(w[1:])
        else:
            k, v = w.split("=", 1)
            attrs[k] = v.replace("_", " ") if k in ("y",) else v
    tags = {}
    for k, v in TAG.findall(text):
        tags.setdefault(k, v)
    text = text.strip()
    tags = {k: v.replace("|", " ") for k, v in tags.items()}
    bare = TAG.sub(lambda m: "  " if m.group(1) in "ti" else "" if m.group(1) == "p" else m.group(2), text.replace("|", " ").replace("\u2011", "-")).strip()
    visible = TAG.sub(lambda m: m.group(2), text)
    c = Cite(kind=kind, zone=zone, text=visible, attrs=attrs)
    # type word
    for name, _ in TYPES:
        if bare.lower().startswith(name.lower()) or tags.get("y", "").lower() == name.lower():
            c.doc_type = name
            break
    # number
    if "n" in tags:
        c.number = tidy_number(tags["n"]) if tags["n"].strip() else None
    else:
        found = [m.group(0) for m in NUMBER.finditer(bare) if re.search("[A-ZĐ]{2}|TTg|CP|QH", m.group(0))]
        assert len(found) <= 1, f"several numbers {found} in {inner!r}"
        c.number = tidy_number(found[0]) if found else None
    # date
    if "d" in tags:
        v = tags["d"]
        c.issued_on = attrs.get("date", v)
    else:
        for rx in DATES:
            m = rx.search(bare)
            if m:
                c.issued_on = iso(*m.groups())
                if c.issued_on is None:
                    c.issued_on = m.group(3)
                    attrs["flags"].append("impossible_date")
                break
    if attrs.get("date"):
        c.issued_on = attrs["date"]
    # issuer: after "của", up to the date, the title or the end
    if "i" in tags:
        c.issuer = tags["i"]
    elif c.number:
        m = re.search(r"của ([^,“]+?)(?=,|\s+ngày\b|$|\s\s)", bare)
        c.issuer = m.group(1).strip() if m else None
    if "t" in tags:
        c.title = tags["t"].strip().strip("“”\"").strip()
    if "p" in tags:
        c.provision = tags["p"].strip()
    if c.number is None:
        name = bare
        for rx in DATES:
            name = rx.sub("", name)
        year = re.search(r"năm (\d{4})\s*$", name)
        if year:
            c.issued_on = c.issued_on or year.group(1)
            name = name[: year.start()]
        if c.title is None:
            c.title = re.sub(r"\s+", " ", name).strip(" ,")
        attrs["flags"].append("title_only")
    if attrs.get("y"):
        c.doc_type = attrs["y"]
    if c.doc_type is None:
        t = sign_type(c.number) if c.number else None
        c.doc_type = (head_type if re.match("(và )?số", bare) else None) or SIGNS.get(t, "Công văn" if c.number else None)
    c.flags = list(attrs["flags"])
    return c


FIELDS = {"path", "for", "layout", "head", "foot", "rule", "size", "font", "special", "state", "reason", "same_as", "scope",
          "issuer", "issuer_label", "parent", "number", "number_line", "place", "date", "date_line", "type", "doc_type",
          "subject", "subject_label", "vv", "kinh_gui", "recipients", "sign", "capacity", "position", "signer", "signed_mark",
          "urgency", "classification", "draft", "arrival", "running_head", "top_block", "no_head", "no_foot"}


@dataclass
class Spec:
    id: str
    fields: dict
    body: list
    raw: str = ""

    def get(self, key, default=None):
        return self.fields.get(key, default)


def load(path):
    text = nfc(open(path, encoding="utf-8").read())
    text = re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m.group(1), 16)), text)
    head, _, body = text.partition("\n---\n")
    fields, last = {}, None
    for line in head.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("- ") and last == "recipients":
            fields["recipients"].append(line[2:].strip())
            continue
        key, sep, value = line.partition(":")
        key = key.strip()
        assert sep and key in FIELDS, f"{path}: unknown line {line!r}"
        last = key
        if key == "recipients":
            fields[key] = []
        else:
            fields[key] = value.strip("\n") if key in ("number_line", "date_line") else value.strip()
    lines = [l.rstrip() for l in body.splitlines() if l.strip()]
    return Spec(id=path.stem, fields=fields, body=lines, raw=body)
