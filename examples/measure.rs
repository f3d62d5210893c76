use vanthu::{
    context::Context,
    domain::tables::Tables,
    extract, read,
    source::{Limits, Source},
    text,
};
fn main() {
    let ctx = Context {
        tables: Tables::builtin(),
        limits: Limits { max_time: std::time::Duration::from_secs(60), ..Limits::default() },
    };
    let dump = std::env::args().nth(1).as_deref() == Some("--dump");
    let mut t_extract = std::time::Duration::ZERO;
    for path in std::env::args().skip(1 + usize::from(dump)) {
        let bytes = std::fs::read(&path).unwrap();
        let source = Source::new(path.clone(), bytes);
        match read::read(&ctx, &source) {
            Ok(r) => {
                let (t, _) = text::normalise(&r.layout);
                if dump {
                    for (i, l) in t.lines.iter().enumerate() {
                        println!(
                            "{i}\tp{} b{} {:?} {:?} {}{}{}\t{}",
                            l.page,
                            l.block,
                            l.column,
                            l.kind,
                            if l.bold { "B" } else { "" },
                            if l.italic { "I" } else { "" },
                            if l.centred { "C" } else { "" },
                            l.bbox.map_or(String::new(), |b| format!(
                                "[{:.0} {:.0} {:.0} {:.0}] ",
                                b.x0, b.y0, b.x1, b.y1
                            )) + t.slice(l.span)
                        );
                    }
                    continue;
                }
                let s = std::time::Instant::now();
                let (m, w) = extract::metadata(&ctx, &t);
                t_extract += s.elapsed();
                println!(
                    "{}",
                    serde_json::json!({"sha256": source.sha256, "path": path, "metadata": m, "citations": [], "warnings": w})
                );
            }
            Err(e) => println!(
                "{}",
                serde_json::json!({"sha256": source.sha256, "path": path, "metadata": {}, "error": e.to_string()})
            ),
        }
    }
    eprintln!("extract {t_extract:?}");
}
