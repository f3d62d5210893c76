//! Citations → [`Effect`]s: which cited documents are said to be replaced, repealed, amended or
//! corrected, and by what.
//!
//! What the words of one document prove, nothing more: whether it is so in law is not decided
//! here. Must not look at other documents.

use serde::{Deserialize, Serialize};

use crate::domain::citation::{Citation, CitationKind};

/// What a document is said to have suffered, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    /// `thay thế`.
    Replaced,
    /// `bãi bỏ`, `hủy bỏ`, `hết hiệu lực`.
    Repealed,
    /// `sửa đổi, bổ sung`.
    Amended,
    /// `đính chính`.
    Corrected,
}

impl EffectKind {
    /// Every kind, the gravest first.
    pub const ALL: [EffectKind; 4] =
        [Self::Replaced, Self::Repealed, Self::Amended, Self::Corrected];

    /// The stable name, e.g. `replaced`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Replaced => "replaced",
            Self::Repealed => "repealed",
            Self::Amended => "amended",
            Self::Corrected => "corrected",
        }
    }

    /// Reads a stable name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// One statement of a document about another one it cites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Effect {
    /// Which of its citations names the document that suffers it.
    pub of: usize,
    /// Which of its citations names the document that does it; `None` for itself.
    pub by: Option<usize>,
    /// What is said.
    pub kind: EffectKind,
    /// Whether it concerns a part only: `bãi bỏ khoản 2 Điều 5 …`.
    pub is_partial: bool,
}

/// Bytes between `Nghị định A` and the `B` of `được thay thế bởi Nghị định B`.
const REACH: u32 = 240;
/// Citations between the two that are looked over: those in the title of A.
const N_BETWEEN: usize = 3;

/// The effects that the citations of a document state, in reading order.
pub fn effects(citations: &[Citation]) -> Vec<Effect> {
    let mut effects = Vec::new();
    for (n, citation) in citations.iter().enumerate() {
        let active = match citation.kind {
            CitationKind::Replaces => Some(EffectKind::Replaced),
            CitationKind::Repeals => Some(EffectKind::Repealed),
            CitationKind::Amends => Some(EffectKind::Amended),
            CitationKind::Corrects => Some(EffectKind::Corrected),
            _ => None,
        };
        if let Some(kind) = active {
            let is_partial = citation.provision.is_some();
            effects.push(Effect { of: n, by: None, kind, is_partial });
        }
        let passive = match citation.kind {
            CitationKind::AmendedBy => Some(EffectKind::Amended),
            CitationKind::ReplacedBy => Some(EffectKind::Replaced),
            _ => None,
        };
        if let (Some(kind), Some(of)) = (passive, sufferer(citations, n)) {
            let is_partial = citations[of].provision.is_some();
            effects.push(Effect { of, by: Some(n), kind, is_partial });
        }
    }
    effects
}

/// Of `Thông tư A hướng dẫn Nghị định X được sửa đổi bởi Thông tư B và C` the A, for the last:
/// the nearest citation before that is of the kind of document that does it. A circular changes
/// no decree.
fn sufferer(citations: &[Citation], by: usize) -> Option<usize> {
    let is_passive = |citation: &Citation| {
        matches!(citation.kind, CitationKind::AmendedBy | CitationKind::ReplacedBy)
    };
    let doing = &citations[by];
    let mut from = doing.span.start;
    let mut n_between = 0;
    for of in (0..by).rev() {
        let before = &citations[of];
        if from.saturating_sub(before.span.end) > REACH {
            return None;
        }
        from = from.min(before.span.start);
        if is_passive(before) {
            continue;
        }
        if before.doc_type == doing.doc_type {
            return Some(of);
        }
        n_between += 1;
        if n_between > N_BETWEEN {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        context::Context, domain::record::Metadata, domain::tables::Tables, source::Limits,
        text::Text,
    };

    #[track_caller]
    fn check(plain: &str, expected: &[&str]) {
        let ctx = Context::new(Tables::builtin(), Limits::default());
        let own = Metadata::default();
        let citations = crate::extract::citation::find(&ctx, &Text::from_plain(plain), &own);
        let name = |n: usize| citations[n].number.clone().unwrap_or_default();
        let shown: Vec<String> = effects(&citations)
            .iter()
            .map(|effect| {
                let by = effect.by.map_or("this".to_owned(), name);
                let part = if effect.is_partial { " in part" } else { "" };
                format!("{} {}{part} by {by}", name(effect.of), effect.kind.code())
            })
            .collect();
        assert_eq!(shown, expected, "{plain}");
    }

    #[test]
    fn what_a_document_says_it_does() {
        check(
            "Quyết định này thay thế Quyết định số 12/2015/QĐ-UBND ngày 03/4/2015.",
            &["12/2015/QĐ-UBND replaced by this"],
        );
        check(
            "Bãi bỏ khoản 2 Điều 5 Quyết định số 12/2015/QĐ-UBND ngày 03/4/2015.",
            &["12/2015/QĐ-UBND repealed in part by this"],
        );
        check("Căn cứ Quyết định số 12/2015/QĐ-UBND ngày 03/4/2015;", &[]);
    }

    #[test]
    fn what_a_document_says_of_others() {
        check(
            "Căn cứ Nghị định số 10/2012/NĐ-CP ngày 02/02/2012 được sửa đổi, bổ sung bởi Nghị định số 20/2014/NĐ-CP ngày 03/3/2014; theo đó;",
            &["10/2012/NĐ-CP amended by 20/2014/NĐ-CP"],
        );
        check(
            "Nghị định số 10/2012/NĐ-CP đã được thay thế bởi Nghị định số 20/2014/NĐ-CP ngày 03/3/2014.",
            &["10/2012/NĐ-CP replaced by 20/2014/NĐ-CP"],
        );
        // The decree in the title of the circular is not what the later circular changes.
        check(
            "Thông tư số 5/2016/TT-BTC ngày 20/12/2016 của Bộ Tài chính hướng dẫn Nghị định số 10/2012/NĐ-CP được sửa đổi, bổ sung bởi Thông tư số 7/2018/TT-BTC ngày 25/10/2018.",
            &["5/2016/TT-BTC amended by 7/2018/TT-BTC"],
        );
    }
}
