//! Who took over from whom: successors of bodies and merged provinces, read backwards.

use std::collections::BTreeSet;

use crate::domain::{
    date::PartialDate,
    tables::{
        issuer::{Issuer, Issuers, PLACE},
        place::{Places, Province},
    },
};

/// See [`Tables::predecessors`](super::Tables::predecessors).
pub(super) fn predecessors(
    issuers: &Issuers,
    places: &Places,
    id: &str,
) -> Vec<(String, String, Option<PartialDate>)> {
    let Some(row) = issuers.by_id(id) else { return Vec::new() };
    let place = if row.is_relative() { id.split_once('.').map(|(place, _)| place) } else { None };
    let mut found: Vec<(String, String, Option<PartialDate>)> = Vec::new();
    let mut add = |body: &Issuer, place: Option<&str>, province: Option<&Province>| {
        let at = body.id_in(place);
        let until = earlier(body.valid_to, province.and_then(|province| province.valid_to));
        if at != id && !found.iter().any(|(known, ..)| *known == at) {
            // The committee of a province and that of a city are two rows of one identifier.
            let same = issuers.rows.iter().filter(|row| row.id == body.id);
            let fitting = province.and_then(|province| {
                let tail = format!(" {} {PLACE}", province.kind);
                same.map(|row| row.as_ref()).find(|row| row.name.ends_with(&tail))
            });
            found.push((at, name(fitting.unwrap_or(body), province), until));
        }
    };
    let bodies = bodies_before(issuers, row);
    let here = place.and_then(|place| province(places, place));
    for body in &bodies {
        add(body, place, here);
    }
    for merged in place.into_iter().flat_map(|place| provinces_before(places, place)) {
        for body in &bodies {
            if body.is_relative() {
                add(body, Some(&merged.id), Some(merged));
            }
        }
    }
    found
}

/// The body itself and those before it.
fn bodies_before<'a>(issuers: &'a Issuers, row: &'a Issuer) -> Vec<&'a Issuer> {
    let mut bodies = vec![row];
    let mut known = BTreeSet::from([row.id.as_str()]);
    let mut next = 0;
    while let Some(body) = bodies.get(next).copied() {
        next += 1;
        for other in &issuers.rows {
            if other.successors.contains(&body.id) && known.insert(&other.id) {
                bodies.push(other);
            }
        }
    }
    bodies
}

/// The provinces that were merged into one, at any remove.
fn provinces_before<'a>(places: &'a Places, id: &str) -> Vec<&'a Province> {
    let mut ids = vec![id.to_owned()];
    let mut found: Vec<&Province> = Vec::new();
    let mut next = 0;
    while let Some(into) = ids.get(next).cloned() {
        next += 1;
        for old in places.provinces.iter().filter(|p| p.successor.as_deref() == Some(&into)) {
            if !ids.contains(&old.id) {
                ids.push(old.id.clone());
                found.push(old);
            }
        }
    }
    found
}

fn province<'a>(places: &'a Places, id: &str) -> Option<&'a Province> {
    places.provinces.iter().find(|province| province.id == id)
}

fn earlier(one: Option<PartialDate>, other: Option<PartialDate>) -> Option<PartialDate> {
    match (one, other) {
        (Some(one), Some(other)) if other.day_range().1 < one.day_range().1 => Some(other),
        (Some(one), _) => Some(one),
        (None, other) => other,
    }
}

/// `Sở Nội vụ tỉnh Hà Giang`, `Ủy ban nhân dân tỉnh Hà Giang`.
fn name(body: &Issuer, province: Option<&Province>) -> String {
    match province {
        Some(province) if body.name.contains(PLACE) => body.name.replace(PLACE, &province.name),
        Some(province) if body.is_relative() => {
            format!("{} {} {}", body.name, province.kind, province.name)
        }
        _ => body.name.replace(&format!(" {PLACE}"), ""),
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::tables::Tables;

    #[track_caller]
    fn check(id: &str, expected: &[&str], not_expected: &[&str]) {
        let found = Tables::builtin().predecessors(id);
        let shown: Vec<String> = found
            .iter()
            .map(|(id, name, until)| {
                let until = until.map_or("?".to_owned(), |date| date.to_string());
                format!("{id}: {name} ({until})")
            })
            .collect();
        for body in expected {
            assert!(shown.contains(&(*body).to_owned()), "{body} is not in {shown:#?}");
        }
        for id in not_expected {
            assert!(!found.iter().any(|(known, ..)| known == id), "{id} is in {shown:#?}");
        }
    }

    #[test]
    fn dissolved_bodies_and_merged_provinces() {
        check(
            "caobang.snv",
            &["caobang.sldtbxh: Sở Lao động - Thương binh và Xã hội tỉnh Cao Bằng (2025-02-28)"],
            &["caobang.snv", "langson.sldtbxh"],
        );
        check("?.snv", &["?.sldtbxh: Sở Lao động - Thương binh và Xã hội (2025-02-28)"], &[]);
        // Over two removes.
        check("bkhcn", &["btttt: Bộ Thông tin và Truyền thông (2025-02-28)"], &["bkhcn"]);
        check(
            "tuyenquang.ubnd",
            &["hagiang.ubnd: Ủy ban nhân dân tỉnh Hà Giang (2025-06-30)"],
            &["tuyenquang.ubnd", "caobang.ubnd"],
        );
        check("tuyenquang.snv", &["hagiang.snv: Sở Nội vụ tỉnh Hà Giang (2025-06-30)"], &[]);
        assert!(Tables::builtin().predecessors("khong.co").is_empty());
        assert!(Tables::builtin().predecessors("cp").iter().all(|(id, ..)| id != "cp"));
    }
}
