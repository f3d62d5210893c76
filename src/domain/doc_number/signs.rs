//! What the grammar asks of the tables: is this a type, is this an issuer, under whose rules.

use crate::domain::tables::{DocType, Family, Level, Tables};

/// Whose rules decide where the slash and the hyphen stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Regime {
    /// State bodies: slash before hyphen.
    State,
    /// Party bodies: hyphen before slash.
    Party,
    /// Mass organisations, and signs shared by both: the separators prove nothing.
    Either,
}

/// The look-ups that separate `KH-SLĐTBXH` (type and issuer) from `UBND-VX` (issuer and unit).
/// All take a sign in any letter case.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signs<'a>(pub(super) &'a Tables);

impl<'a> Signs<'a> {
    /// The registered spelling of a type sign: `TTR` gives `TTr`; `None` when it is no type.
    pub(super) fn type_of(self, sign: &str) -> Option<String> {
        // Signs of agencies may carry `& . -`; signs of types never do.
        if !sign.chars().all(char::is_alphanumeric) {
            return None;
        }
        self.types(sign).into_iter().next().map(|doc_type| doc_type.sign.clone())
    }

    /// Whether a type is common enough to be looked for inside a longer sign.
    pub(super) fn is_common_type(self, sign: &str) -> bool {
        self.types(sign).iter().any(|doc_type| {
            doc_type.valid_to.is_none()
                && doc_type.families.iter().any(|f| matches!(f, Family::Legal | Family::State))
        })
    }

    fn types(self, sign: &str) -> Vec<&'a DocType> {
        let mut types = self.0.doc_types_by_sign(sign);
        types.retain(|doc_type| doc_type.in_number);
        types
    }

    /// Whether the tables hold an issuer of this sign.
    pub(super) fn is_issuer(self, sign: &str) -> bool {
        !self.0.issuers_by_sign(sign).is_empty()
    }

    /// Under whose rules an issuer numbers; `None` when it is not known.
    pub(super) fn regime(self, sign: &str) -> Option<Regime> {
        let regime = |level| match level {
            Level::PartyCentral
            | Level::PartyProvince
            | Level::PartyDistrict
            | Level::PartyBase => Regime::Party,
            Level::MassOrg => Regime::Either,
            _ => Regime::State,
        };
        let mut regimes = self.0.issuers_by_sign(sign).iter().map(|issuer| regime(issuer.level));
        let first = regimes.next()?;
        Some(if regimes.all(|other| other == first) { first } else { Regime::Either })
    }

    /// The issuer sign as registered, e.g. `TTg` for `TTG`, else in capitals.
    pub(super) fn issuer_spelling(self, sign: &str) -> String {
        let upper = sign.to_uppercase();
        let issuers = self.0.issuers_by_sign(sign).iter();
        let mut registered = issuers.flat_map(|issuer| &issuer.signs);
        registered.find(|known| known.to_uppercase() == upper).cloned().unwrap_or(upper)
    }
}
