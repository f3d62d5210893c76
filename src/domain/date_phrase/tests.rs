//! Dates in all their written forms, one line a case.

use super::*;

/// What was found, one date a line: `bytes read | date | form`, `!` when impossible.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let found: Vec<String> = find_dates(text)
        .into_iter()
        .map(|phrase| {
            let date = phrase.date.map_or("-".to_owned(), |date| date.to_string());
            let mark = if phrase.impossible { "!" } else { "" };
            format!("{} | {date}{mark} | {:?}", &text[phrase.range], phrase.form)
        })
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn days_in_words() {
    check("ngày 09 tháng 5 năm 2016", &["ngày 09 tháng 5 năm 2016 | 2016-05-09 | Words"]);
    check("NGÀY 19 THÁNG 01 NĂM 2010", &["NGÀY 19 THÁNG 01 NĂM 2010 | 2010-01-19 | Words"]);
    // Glued, and with line breaks where the column ends.
    check("ngày 12tháng 7 năm 2013", &["ngày 12tháng 7 năm 2013 | 2013-07-12 | Words"]);
    check("ngày 14\ntháng  5\nnăm 2026", &["ngày 14\ntháng  5\nnăm 2026 | 2026-05-14 | Words"]);
    // A misprint, and text without accents.
    check("gày 19 tháng 4 năm 2016", &["gày 19 tháng 4 năm 2016 | 2016-04-19 | Words"]);
    check("ngay 23 thang 4 nam 2014", &["ngay 23 thang 4 nam 2014 | 2014-04-23 | Words"]);
    // The slash may come as late as before the year, and the word for the year may be missing.
    check("ngày 20 tháng 3/2019", &["ngày 20 tháng 3/2019 | 2019-03-20 | Words"]);
    // Recitals leave the first word out.
    check("thông qua 02 tháng 9 năm 1945;", &["02 tháng 9 năm 1945 | 1945-09-02 | Words"]);
    // A second year in a hidden layer is not read.
    check("ngày 27 tháng 3 năm 2026 2025", &["ngày 27 tháng 3 năm 2026 | 2026-03-27 | Words"]);
}

#[test]
fn days_in_numbers() {
    check("ngày 09/5/2016", &["ngày 09/5/2016 | 2016-05-09 | Numeric"]);
    check("ngày 15/ 12/ 2015 của", &["ngày 15/ 12/ 2015 | 2015-12-15 | Numeric"]);
    check("ngày26/11/2003", &["ngày26/11/2003 | 2003-11-26 | Numeric"]);
    check("ngày 03/12/2021của", &["ngày 03/12/2021 | 2021-12-03 | Numeric"]);
    check("Ngày 9-5-2016", &["Ngày 9-5-2016 | 2016-05-09 | Numeric"]);
    check("ngày 04.4.1994", &["ngày 04.4.1994 | 1994-04-04 | Numeric"]);
    check("ngày 30/6\n/2024", &["ngày 30/6\n/2024 | 2024-06-30 | Numeric"]);
    check(
        "(03/10/1950 - 03/10/2020)",
        &["03/10/1950 | 1950-10-03 | Numeric", "03/10/2020 | 2020-10-03 | Numeric"],
    );
    check(
        "01/01/2020-31/12/2020",
        &["01/01/2020 | 2020-01-01 | Numeric", "31/12/2020 | 2020-12-31 | Numeric"],
    );
    check("28.08.2024 14:34:48", &["28.08.2024 | 2024-08-28 | Numeric"]);
    // Mixed separators only after the word.
    check("ngày 12/5-2016", &["ngày 12/5-2016 | 2016-05-12 | Numeric"]);
    check("12/5-2016", &[]);
    check("ngày 15/12/98", &["ngày 15/12/98 | 1998-12-15 | ShortYear"]);
    check("ngày 01-7-04", &["ngày 01-7-04 | 2004-07-01 | ShortYear"]);
}

#[test]
fn blanks_stay_blank() {
    check("ngày tháng 4 năm 2021", &["ngày tháng 4 năm 2021 | 2021-04 | Words"]);
    check("ngày … tháng 4 năm 2021", &["ngày … tháng 4 năm 2021 | 2021-04 | Words"]);
    check("ngày ___ tháng 4 năm 2021", &["ngày ___ tháng 4 năm 2021 | 2021-04 | Words"]);
    check("ngày      tháng     năm 2021", &["ngày      tháng     năm 2021 | 2021 | Words"]);
    check("ngày..../4/2021", &["ngày..../4/2021 | 2021-04 | Numeric"]);
    check("ngày … tháng … năm 20…", &["ngày … tháng … năm | - | NoYear"]);
    check("ngày    /    /2021", &["ngày    /    /2021 | 2021 | Numeric"]);
    // A scrawl between the words is not read as a day.
    check("ngày #& tháng 7 năm 2020", &["ngày #& tháng 7 năm 2020 | 2020-07 | Words"]);
    check("ngày A4 tháng 11 năm 2020", &["ngày A4 tháng 11 năm 2020 | 2020-11! | Words"]);
    // No year.
    check("ngày 9-4", &["ngày 9-4 | - | NoYear"]);
    check("ngày 05 tháng 3 hằng năm", &["ngày 05 tháng 3 | - | NoYear"]);
}

#[test]
fn impossible_days_leave_the_year() {
    check("ngày 30/02/2014", &["ngày 30/02/2014 | 2014! | Numeric"]);
    check("31/9/2021", &["31/9/2021 | 2021! | Numeric"]);
    check("ngày 30 tháng 42 năm 2021", &["ngày 30 tháng 42 năm 2021 | 2021! | Words"]);
    check("tháng 13/2020", &["tháng 13/2020 | 2020! | Month"]);
}

#[test]
fn months_quarters_and_years() {
    check("đến thời điểm tháng 5/2020", &["tháng 5/2020 | 2020-05 | Month"]);
    check("tháng 01 năm 2020", &["tháng 01 năm 2020 | 2020-01 | Month"]);
    check("quý II năm 2020", &["quý II năm 2020 | 2020 | Quarter"]);
    check("Quí 3/2019", &["Quí 3/2019 | 2019 | Quarter"]);
    check("Luật năm 2013", &["năm 2013 | 2013 | Year"]);
    // Numbers that are no years.
    check("trong 5 năm 3000 hộ", &[]);
    check("Việt Nam 2020", &[]);
}

#[test]
fn numbers_in_words() {
    check(
        "ngày mùng ba tháng tư năm 2018",
        &["ngày mùng ba tháng tư năm 2018 | 2018-04-03 | Words"],
    );
    check("ngày 03 tháng tư năm 2018", &["ngày 03 tháng tư năm 2018 | 2018-04-03 | Words"]);
    check("mồng 2 tháng giêng năm 1946", &["mồng 2 tháng giêng năm 1946 | 1946-01-02 | Words"]);
    check(
        "ngày hai mươi mốt tháng chạp năm 1950",
        &["ngày hai mươi mốt tháng chạp năm 1950 | 1950-12-21 | Words"],
    );
    check(
        "ngày mười lăm tháng mười một năm 1947",
        &["ngày mười lăm tháng mười một năm 1947 | 1947-11-15 | Words"],
    );
    // `năm` is five and year.
    check("ngày 7 tháng năm năm 1954", &["ngày 7 tháng năm năm 1954 | 1954-05-07 | Words"]);
    check("ngày 10 tháng mười năm 1954", &["ngày 10 tháng mười năm 1954 | 1954-10-10 | Words"]);
    check(
        "ngày mùng hai tháng chín năm một nghìn chín trăm bốn mươi lăm",
        &["ngày mùng hai tháng chín năm một nghìn chín trăm bốn mươi lăm | 1945-09-02 | Words"],
    );
}

#[test]
fn what_is_no_date() {
    // Numbers of documents, criteria, telephones, standards.
    check("số 03/2016/TT-BTC", &[]);
    check("đạt 19/19 tiêu chí", &[]);
    check("0206.3852.139", &[]);
    check("QCVN 12-1:2011/BYT", &[]);
    check("15/12/2015/QĐ", &[]);
    check("mục 3.12.5.2016.1", &[]);
    check("ngày càng tăng trong", &[]);
    check("ngày lễ tháng 4 năm 2021", &["tháng 4 năm 2021 | 2021-04 | Month"]);
    check("tháng hành động", &[]);
    check("quy định năm", &[]);
    check("", &[]);
}

#[test]
fn anchored_reading_skips_blanks_only() {
    let text = "số 06-CT/TU \nngày 09/5/2016 của";
    let offset = text.find('\n').unwrap();
    assert_eq!(parse_date_at(text, offset).unwrap().date.unwrap().to_string(), "2016-05-09");
    assert!(parse_date_at(text, 0).is_none());
    assert!(parse_date_at(text, text.len()).is_none());
    assert!(parse_date_at(text, text.len() + 5).is_none());
}

proptest::proptest! {
    /// Every range lies on character boundaries, in order, and any text is survived.
    #[test]
    fn ranges_are_ordered_slices(text in "(ngày|tháng|năm|mùng|quý|[0-9]{1,4}|[ ./…-]|\\PC){0,40}") {
        let mut last = 0;
        for phrase in find_dates(&text) {
            proptest::prop_assert!(phrase.range.start >= last && phrase.range.end > phrase.range.start);
            proptest::prop_assert!(text.get(phrase.range.clone()).is_some());
            last = phrase.range.end;
        }
    }
}
