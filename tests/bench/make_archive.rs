//! Writes a synthetic archive straight into a catalog, for measuring: `scripts/make_archive`.
//!
//! Every document is composed from the sentences of our own sample archive: two or three of its
//! documents are the topic of each, figures are drawn anew, and names of hamlets and people give
//! the long tail of rare words. Numbers run by issuer, type and year as in an office; citations
//! mostly mean documents of the archive, few of them very often. Each text then goes through the
//! stages like a text file. The same seed and size give the same archive.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufWriter, Write},
    path::Path,
    process::ExitCode,
    sync::mpsc,
    thread,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use vanthu::{
    catalog::{Catalog, Change, FilePath, FileStat, RunCounts, Stored},
    context::Context,
    domain::tables::Tables,
    pipeline::{self, EXTRACTOR_REVISION},
    source::{Limits, Source},
};

/// Documents written in one transaction.
const BATCH: usize = 500;

/// Body above, body, sign.
const BODIES: [(&str, &str, &str); 24] = [
    ("", "ỦY BAN NHÂN DÂN TỈNH VÂN SƠN", "UBND"),
    ("ỦY BAN NHÂN DÂN TỈNH VÂN SƠN", "SỞ NỘI VỤ", "SNV"),
    ("ỦY BAN NHÂN DÂN TỈNH VÂN SƠN", "SỞ TÀI CHÍNH", "STC"),
    ("ỦY BAN NHÂN DÂN TỈNH VÂN SƠN", "SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI", "SLĐTBXH"),
    ("ỦY BAN NHÂN DÂN TỈNH VÂN SƠN", "SỞ GIÁO DỤC VÀ ĐÀO TẠO", "SGDĐT"),
    ("ỦY BAN NHÂN DÂN TỈNH VÂN SƠN", "SỞ Y TẾ", "SYT"),
    ("ỦY BAN NHÂN DÂN TỈNH VÂN SƠN", "SỞ NÔNG NGHIỆP VÀ PHÁT TRIỂN NÔNG THÔN", "SNNPTNT"),
    ("ỦY BAN NHÂN DÂN TỈNH VÂN SƠN", "SỞ TÀI NGUYÊN VÀ MÔI TRƯỜNG", "STNMT"),
    ("ỦY BAN NHÂN DÂN TỈNH VÂN SƠN", "SỞ XÂY DỰNG", "SXD"),
    ("ỦY BAN NHÂN DÂN TỈNH VÂN SƠN", "SỞ TƯ PHÁP", "STP"),
    ("ỦY BAN NHÂN DÂN TỈNH VÂN SƠN", "SỞ CÔNG THƯƠNG", "SCT"),
    ("ỦY BAN NHÂN DÂN TỈNH VÂN SƠN", "SỞ GIAO THÔNG VẬN TẢI", "SGTVT"),
    ("ỦY BAN NHÂN DÂN TỈNH VÂN SƠN", "THANH TRA TỈNH", "TTr"),
    ("ỦY BAN NHÂN DÂN TỈNH VÂN SƠN", "BAN DÂN TỘC", "BDT"),
    ("", "ỦY BAN NHÂN DÂN HUYỆN NẬM CẮT", "UBND"),
    ("", "ỦY BAN NHÂN DÂN HUYỆN BẢN MẠY", "UBND"),
    ("", "ỦY BAN NHÂN DÂN HUYỆN KHAU PHẠ", "UBND"),
    ("", "ỦY BAN NHÂN DÂN HUYỆN THƯỢNG ÂN", "UBND"),
    ("", "ỦY BAN NHÂN DÂN HUYỆN ĐÔNG KHÊ", "UBND"),
    ("", "ỦY BAN NHÂN DÂN HUYỆN VĂN LÂM", "UBND"),
    ("ỦY BAN NHÂN DÂN HUYỆN NẬM CẮT", "PHÒNG NỘI VỤ", "PNV"),
    ("ỦY BAN NHÂN DÂN HUYỆN BẢN MẠY", "PHÒNG TÀI CHÍNH - KẾ HOẠCH", "PTCKH"),
    ("", "HỘI ĐỒNG NHÂN DÂN TỈNH VÂN SƠN", "HĐND"),
    ("", "VĂN PHÒNG ỦY BAN NHÂN DÂN TỈNH VÂN SƠN", "VPUBND"),
];

/// Sign, name in capitals, name in a sentence, share in percent. An official letter has no sign.
const TYPES: [(&str, &str, &str, u64); 8] = [
    ("QĐ", "QUYẾT ĐỊNH", "Quyết định", 42),
    ("", "", "Công văn", 22),
    ("KH", "KẾ HOẠCH", "Kế hoạch", 12),
    ("BC", "BÁO CÁO", "Báo cáo", 9),
    ("TB", "THÔNG BÁO", "Thông báo", 6),
    ("TTr", "TỜ TRÌNH", "Tờ trình", 5),
    ("CT", "CHỈ THỊ", "Chỉ thị", 2),
    ("NQ", "NGHỊ QUYẾT", "Nghị quyết", 2),
];

/// Documents of the centre, which the archive does not hold.
const ABSENT: [&str; 8] = [
    "Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư",
    "Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015",
    "Nghị định số 01/2013/NĐ-CP ngày 03 tháng 01 năm 2013 của Chính phủ",
    "Luật Ngân sách nhà nước ngày 25 tháng 6 năm 2015",
    "Thông tư số 07/2012/TT-BNV ngày 22 tháng 11 năm 2012 của Bộ Nội vụ",
    "Nghị định số 24/2014/NĐ-CP ngày 04 tháng 4 năm 2014 của Chính phủ",
    "Quyết định số 45/2018/QĐ-TTg ngày 09 tháng 11 năm 2018 của Thủ tướng Chính phủ",
    "Luật Lưu trữ ngày 11 tháng 11 năm 2011",
];

/// Steele, Lea and Flood's splitmix64: enough for drawing words.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Low numbers far oftener than high ones, as words and citations are.
    fn zipf(&mut self, n: usize) -> usize {
        let top = (n as f64 + 1.0).ln();
        ((self.unit() * top).exp() as usize).saturating_sub(1).min(n.saturating_sub(1))
    }

    /// Log-normal: lengths of documents.
    fn length(&mut self, median: f64, spread: f64) -> usize {
        let normal = (0..12).map(|_| self.unit()).sum::<f64>() - 6.0;
        (median * (spread * normal).exp()) as usize
    }

    fn pick<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }
}

/// What a document is called, known before its text so that others can cite it.
struct Title {
    body: u8,
    doc_type: u8,
    serial: u32,
    year: u16,
    month: u8,
    day: u8,
}

impl Title {
    fn number(&self) -> String {
        let (_, _, body) = BODIES[usize::from(self.body)];
        match TYPES[usize::from(self.doc_type)].0 {
            "" => format!("{:02}/{body}-VP", self.serial),
            sign => format!("{:02}/{sign}-{body}", self.serial),
        }
    }
}

/// What texts are made of.
struct Words {
    /// By document of the sample archive: its sentences.
    topics: Vec<Vec<String>>,
    subjects: Vec<String>,
    syllables: Vec<String>,
    surnames: Vec<String>,
}

impl Words {
    fn of_sample(context: &Context<'_>) -> Self {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
        let mut words =
            Words { topics: vec![], subjects: vec![], syllables: vec![], surnames: vec![] };
        let mut known = HashMap::new();
        let files = walkdir::WalkDir::new(corpus).sort_by_file_name();
        for entry in files.into_iter().filter_map(Result::ok) {
            let is_document = entry.path().extension().is_some_and(|e| e == "docx" || e == "pdf");
            if !is_document {
                continue;
            }
            let bytes = std::fs::read(entry.path()).expect("the sample archive is readable");
            let source = Source::new(entry.path().to_string_lossy(), bytes);
            let Ok(processed) = pipeline::process(context, &source) else { continue };
            if let Some(subject) = &processed.record.metadata.subject {
                words.subjects.push(subject.value.replace('\n', " "));
            }
            if let Some(signer) = &processed.record.metadata.signer {
                words.surnames.extend(signer.value.split(' ').next().map(str::to_owned));
            }
            let flowing = processed.text.as_str().replace('\n', " ");
            let sentences: Vec<String> = flowing
                .split_inclusive(['.', ';'])
                .map(str::trim)
                .filter(|s| s.chars().count() > 40 && s.chars().count() < 500)
                .filter(|s| !s.contains("Căn cứ") && !s.contains("Số:") && !s.contains(" số "))
                .map(str::to_owned)
                .collect();
            for syllable in sentences.iter().flat_map(|s| s.split(' ')) {
                let is_syllable = syllable.chars().all(char::is_lowercase)
                    && (2..7).contains(&syllable.chars().count());
                if is_syllable && known.insert(syllable.to_owned(), ()).is_none() {
                    let mut chars = syllable.chars();
                    let first = chars.next().expect("it has two letters").to_uppercase();
                    words.syllables.push(first.chain(chars).collect());
                }
            }
            if sentences.len() > 4 {
                words.topics.push(sentences);
            }
        }
        words
    }

    fn name(&self, random: &mut Random) -> String {
        let n = self.syllables.len();
        let rank = random.zipf(40_000);
        let (first, second) =
            (&self.syllables[rank % n], &self.syllables[(rank * 7 + rank / n) % n]);
        format!("{first} {second}")
    }

    fn person(&self, random: &mut Random) -> String {
        let given = &self.syllables[random.zipf(self.syllables.len())];
        let middle = random.pick(&["Văn", "Thị", "Quang", "Minh", "Đức", "Thu"]);
        format!("{} {middle} {given}", random.pick(&self.surnames))
    }
}

fn titles(n: usize, random: &mut Random) -> Vec<Title> {
    let mut serials: HashMap<(u8, u8, u16), u32> = HashMap::new();
    let mut titles = Vec::with_capacity(n);
    // By date, so that serials rise with it.
    let n_days = 24 * 365;
    for i in 0..n {
        let day = i * n_days / n;
        let (year, day_of_year) = (2000 + (day / 365) as u16, day % 365);
        let body = random.zipf(BODIES.len()) as u8;
        let mut share = random.next() % 100;
        let mut doc_type = 0;
        while share >= TYPES[doc_type].3 {
            share -= TYPES[doc_type].3;
            doc_type += 1;
        }
        let doc_type = doc_type as u8;
        let serial = serials.entry((body, doc_type, year)).or_insert(0);
        *serial += 1;
        titles.push(Title {
            body,
            doc_type,
            serial: *serial,
            year,
            month: (day_of_year / 31 + 1) as u8,
            day: (day_of_year % 31 % 28 + 1) as u8,
        });
    }
    titles
}

/// A sentence with other figures.
fn redraw(sentence: &str, random: &mut Random, text: &mut String) {
    for c in sentence.chars() {
        match c.is_ascii_digit() {
            true => text.push(char::from(b'1' + (random.next() % 9) as u8)),
            false => text.push(c),
        }
    }
    text.push('\n');
}

fn compose(words: &Words, titles: &[Title], n: usize, seed: u64) -> String {
    let random = &mut Random(seed ^ (n as u64).wrapping_mul(0xa076_1d64_78bd_642f));
    let title = &titles[n];
    let (above, body, _) = BODIES[usize::from(title.body)];
    let (_, type_name, _, _) = TYPES[usize::from(title.doc_type)];
    let mut text = String::with_capacity(8192);
    let subject = random.pick(&words.subjects);
    let subject = match random.below(3) {
        0 => subject.clone(),
        1 => format!("{subject} tại xã {}", words.name(random)),
        _ => format!("{subject} đối với ông {}", words.person(random)),
    };
    if !above.is_empty() {
        text.push_str(&format!("{above}\n"));
    }
    text.push_str(&format!("{body}\nSố: {}\n", title.number()));
    if type_name.is_empty() {
        text.push_str(&format!("V/v {subject}\n"));
    }
    text.push_str("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n");
    text.push_str(&format!(
        "Vân Sơn, ngày {:02} tháng {:02} năm {}\n\n",
        title.day, title.month, title.year
    ));
    if !type_name.is_empty() {
        text.push_str(&format!("{type_name}\n{subject}\n\n"));
    }
    for _ in 0..random.length(3.0, 0.7).min(20) {
        if n == 0 || random.below(4) == 0 {
            let absent = &ABSENT[random.zipf(ABSENT.len())];
            text.push_str(&format!("Căn cứ {absent};\n"));
            continue;
        }
        // Half of the cited are recent, half the ones that everybody cites.
        let cited = match random.below(2) {
            0 => n - 1 - random.zipf(n),
            _ => random.zipf(n),
        };
        let cited = &titles[cited];
        let name = TYPES[usize::from(cited.doc_type)].2;
        let issuer = BODIES[usize::from(cited.body)].1.to_lowercase();
        text.push_str(&format!(
            "Căn cứ {name} số {} ngày {:02} tháng {:02} năm {} của {issuer};\n",
            cited.number(),
            cited.day,
            cited.month,
            cited.year
        ));
    }
    text.push('\n');
    let topics = [random.zipf(words.topics.len()), random.below(words.topics.len())];
    let n_sentences = random.length(20.0, 0.8).clamp(3, 400);
    for at in 0..n_sentences {
        if at % 45 == 44 {
            text.push('\u{c}');
        }
        let topic = if random.below(3) < 2 { topics[0] } else { topics[1] };
        let sentence = random.pick(&words.topics[topic][..]);
        redraw(sentence, random, &mut text);
        if random.below(6) == 0 {
            let (hamlet, person) = (words.name(random), words.person(random));
            text.push_str(&format!("Thôn {hamlet}, người phụ trách {person}.\n"));
        }
    }
    text.push_str(&format!(
        "\nNơi nhận:\n- Như trên;\n- Lưu: VT.\n\nGIÁM ĐỐC\n(Đã ký)\n{}\n",
        words.person(random)
    ));
    text
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let (Some(n), Some(data)) = (args.first().and_then(|n| n.parse().ok()), args.get(1)) else {
        eprintln!("make_archive: expected a number of documents and a folder for the catalog");
        return ExitCode::from(2);
    };
    let seed = args.get(2).and_then(|seed| seed.parse().ok()).unwrap_or(2020);
    let started = Instant::now();
    let catalog = Catalog::open(Path::new(data)).expect("the catalog can be opened");
    let texts = File::create(Path::new(data).join("texts.tsv"));
    let mut texts = BufWriter::new(texts.expect("a file can be made in the folder"));
    let tables = Tables::builtin();
    let context = Context::new(tables, Limits::default());
    let words = Words::of_sample(&context);
    let titles = titles(n, &mut Random(seed));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is after 1970");
    let now_ms = now.as_millis() as i64;
    let run = catalog.start_run("make_archive", now_ms).expect("a run can be noted");
    let (mut n_taken, mut n_text_bytes) = (0, 0);
    write_all(&context, &words, &titles, seed, |batch, lines| {
        n_text_bytes += lines.len();
        texts.write_all(lines.as_bytes()).expect("texts can be written");
        n_taken += batch.len();
        catalog.apply(tables, run, &batch).expect("documents can be written");
        if n_taken % 20_000 < BATCH {
            eprintln!("{n_taken} documents, {:.0} s", started.elapsed().as_secs_f64());
        }
    });
    let counts =
        RunCounts { n_files: n_taken as u64, n_new: n_taken as u64, ..RunCounts::default() };
    catalog.end_run(run, now_ms, &counts).expect("a run can be noted");
    catalog.tidy_up().expect("the log can be emptied");
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{n_taken} documents, {n_text_bytes} bytes of text, {:.1} s",
        started.elapsed().as_secs_f64()
    )
    .expect("standard output is open");
    ExitCode::SUCCESS
}

/// Makes the documents on two threads and hands them over in batches, in order.
fn write_all(
    context: &Context<'_>,
    words: &Words,
    titles: &[Title],
    seed: u64,
    mut write: impl FnMut(Vec<Change>, String),
) {
    const N_THREADS: usize = 2;
    thread::scope(|scope| {
        let queues: Vec<_> = (0..N_THREADS)
            .map(|part| {
                let (sender, receiver) = mpsc::sync_channel::<(Vec<Change>, String)>(4);
                scope.spawn(move || {
                    let starts = (0..titles.len()).step_by(BATCH).skip(part).step_by(N_THREADS);
                    for start in starts {
                        let numbers = start..(start + BATCH).min(titles.len());
                        let mut lines = String::new();
                        let made = numbers.filter_map(|n| {
                            let text = compose(words, titles, n, seed);
                            let change = taken(context, titles[n].year, n, &text)?;
                            lines.push_str(&line(&titles[n], &change.1, &text));
                            Some(change.0)
                        });
                        let batch = made.collect();
                        if sender.send((batch, lines)).is_err() {
                            return;
                        }
                    }
                });
                receiver
            })
            .collect();
        for part in (0..N_THREADS).cycle() {
            let Ok((batch, lines)) = queues[part].recv() else { break };
            write(batch, lines);
        }
    });
}

/// A document as the peers take it: number, date, subject and text, on one line.
fn line(title: &Title, subject: &str, text: &str) -> String {
    let (year, month, day) = (title.year, title.month, title.day);
    let text = text.replace(['\n', '\t', '\u{c}'], " ");
    format!("{}\t{year}-{month:02}-{day:02}\t{subject}\t{text}\n", title.number())
}

/// The document after all stages, and its subject as it was read.
fn taken(context: &Context<'_>, year: u16, n: usize, text: &str) -> Option<(Change, String)> {
    let path = format!("{year}/{:03}/{n:07}.txt", n % 1000);
    let size_bytes = text.len() as u64;
    let source = Source::new(path.clone(), text.as_bytes().to_vec());
    let processed = pipeline::process(context, &source).ok()?;
    let subject = processed.record.metadata.subject.as_ref().map(|found| &found.value);
    let subject = subject.map(|subject| subject.replace(['\n', '\t'], " ")).unwrap_or_default();
    let stored = Stored::encode(processed, EXTRACTOR_REVISION, "made", None).ok()?;
    let path = FilePath::from_bytes(path.into_bytes());
    let stat = FileStat { path, size_bytes, mtime_ns: n as i64, looked_at_ns: i64::MAX };
    Some((Change::Taken { stat, stored: Box::new(stored) }, subject))
}
