"""Looks every citation up in the archive and writes the truth of a document as one JSON line.

What a citation means (`state`, `target_path`) and what is odd about it (`flags`) follow
from the specs alone; `../../corpus/README.md` says by which conventions.
"""
import re

import spec as S

# The Party's terms, by the date of the congress that opened them.
TERMS = {"TU": [("XVII", "2010-10-20"), ("XVIII", "2015-10-20"), ("XIX", "2020-10-20")],
         "TW": [("XI", "2011-01-19"), ("XII", "2016-01-28"), ("XIII", "2021-02-01")]}


def is_party(number):
    return bool(re.match(r"\d+[A-Z]?-[A-ZĐ]+/", S.norm_number(number)))


def term_of(number, day):
    table = TERMS["TW" if number.upper().endswith("TW") else "TU"]
    name = None
    for roman, start in table:
        if day >= start:
            name = roman
    return name


def sentence(text):
    """Lines of the letterhead joined: `Sở Lao động - Thương binh|và Xã hội`."""
    return re.sub(r"\s+", " ", text.replace("|", " ").replace("\\n", " ")).strip() if text else None


def strip_marks(text):
    text = re.sub(r"<<[^:>]*:\s*(.*?)>>", r"\1", text)
    text = S.MARK.sub(lambda m: S.TAG.sub(lambda t: t.group(2), m.group(1).split(":", 1)[1]).strip(), text)
    return re.sub(r"\*\*|__", "", text)


def metadata(s):
    g = s.get
    subject = g("subject_label") or g("vv") or g("subject")
    capacity = g("capacity")
    return {
        "number": S.tidy_number(g("number")) if g("number") else None,
        "doc_type": g("doc_type") or g("type"),
        "issuer": sentence(g("issuer_label") or g("issuer")), "parent_issuer": sentence(g("parent")),
        "place": g("place"), "issued_on": g("date"),
        "subject": re.sub(r"^V/v:?\s*", "", sentence(strip_marks(subject))) if subject else None,
        "signer": g("signer"), "signer_position": g("position"), "signing_capacity": capacity,
        "recipients": g("recipients") or None,
        "classification": g("classification"), "urgency": g("urgency"), "is_draft": bool(g("draft")),
    }


def scope(spec):
    return spec.get("scope", "")


def cite_scope(c):
    if "scope" in c.attrs:
        return c.attrs["scope"]
    m = re.search(r"(huyện|thành phố) ([A-ZĐ]\w+ ?(?:[A-ZĐ]\w+)?)", c.issuer or "")
    return S.fold(m.group(0)) if m else ""


def look_up(c, spec, archive, dated):
    """State, target path and the flags that need the archive."""
    flags = []
    if c.attrs.get("state"):
        return c.attrs["state"], c.attrs.get("target"), flags
    own = spec.get("number")
    if c.number is None:
        return "missing", None, flags
    key = S.norm_number(c.attrs.get("norm", c.number))
    if own and key == S.norm_number(own) and (c.issued_on in (None, spec.get("date")) or c.attrs.get("self")):
        return "self", spec.get("path"), flags
    same = [d for d in archive if d.get("number") and S.norm_number(d.get("number")) == key and scope(d) == cite_scope(c)]
    if re.match(r"\d+[A-Z]?/(19|20)\d\d/", key):
        pass
    elif c.issued_on:
        if is_party(key):
            same = [d for d in same if term_of(key, d.get("date")) == term_of(key, c.issued_on)]
        else:
            same = [d for d in same if d.get("date")[:4] == c.issued_on[:4]]
    elif (key, cite_scope(c)) in dated:
        # A later short form of a citation that gave the date before means the same document.
        return dated[key, cite_scope(c)]
    else:
        own_date = spec.get("date") or "9999"
        same = [d for d in same if d.get("date") <= own_date + "-99"]
    if not same:
        return "missing", None, flags
    if len(same) > 1:
        return "ambiguous", None, flags
    d = same[0]
    if c.issued_on and not (d.get("date").startswith(c.issued_on) or c.issued_on.startswith(d.get("date"))):
        flags.append("date_differs")
    if S.norm_number(c.number) != S.norm_number(d.get("number")) and "missing_hyphen" not in c.flags \
            and "swapped_separators" not in c.flags and "space_for_separator" not in c.flags and "type_after_issuer" not in c.flags:
        flags.append("sign_differs")
    if c.attrs.get("subject") == "differs":
        flags.append("subject_differs")
    return "resolved", d.get("path"), flags


def own_flags(c, spec):
    """The flags that the citing document alone proves."""
    flags = list(c.flags)
    sign = S.sign_type(c.number) if c.number else None
    if sign and c.doc_type and sign not in ("QH",) and S.SIGNS.get(sign) and S.SIGNS[sign] != c.doc_type and "type_differs" not in flags:
        if not (sign == "TT" and c.doc_type == "Thông tri"):
            flags.append("type_differs")
    legal = re.match(r"\d+[a-zA-Z]?/(\d{4})/", c.number) if c.number else None
    if c.number and not c.issued_on and not legal and "impossible_date" not in flags:
        flags.append("no_date")
    if legal and c.issued_on and legal.group(1) != c.issued_on[:4]:
        flags.append("year_differs")
    if c.issued_on and spec.get("date") and c.issued_on[:len(spec.get("date"))] > spec.get("date"):
        flags.append("cited_before_issued")
    if c.title and c.issued_on and c.doc_type in ("Kế hoạch", "Chương trình"):
        years = set(re.findall(r"năm (\d{4})(?!\s*[-–]\s*\d)", c.title))
        if len(years) == 1 and years.pop() < c.issued_on[:4] and "giai đoạn" not in c.title:
            flags.append("title_year_differs")
    return flags


ORDER = ["type_differs", "missing_hyphen", "swapped_separators", "space_for_separator", "type_after_issuer", "year_differs",
         "title_year_differs", "impossible_date", "no_date", "title_only", "date_differs", "sign_differs", "subject_differs",
         "cited_before_issued"]


def label(spec, cites, archive):
    fmt = spec.get("path").rsplit(".", 1)[1]
    state = spec.get("state", "read")
    out = {"path": spec.get("path"), "format": fmt, "state": state, "reason": spec.get("reason")}
    meta = metadata(spec)
    if state == "failed":
        meta = {k: (False if k == "is_draft" else None) for k in meta}
        meta["classification"] = spec.get("classification")
        meta["is_draft"] = None
        cites = []
    out["metadata"] = meta
    out["citations"] = []
    dated = {}
    for c in cites:
        state_, target, more = look_up(c, spec, archive, dated)
        if c.number and c.issued_on:
            dated.setdefault((S.norm_number(c.attrs.get("norm", c.number)), cite_scope(c)), (state_, target, []))
        flags = own_flags(c, spec) + more
        out["citations"].append({
            "number": c.number, "doc_type": c.doc_type, "title": c.title, "issuer": c.issuer, "issued_on": c.issued_on,
            "kind": c.kind, "state": state_, "target_path": target, "flags": [f for f in ORDER if f in flags],
            "zone": c.zone, "provision": c.provision})
        unknown = set(flags) - set(ORDER)
        assert not unknown, unknown
    if spec.get("same_as"):
        out["same_as"] = spec.get("same_as")
    return out
