//! [`Failure`]: why a file could not be taken in. Few named reasons, each with a sentence
//! a clerk understands and what to do about it.

use serde::{Deserialize, Serialize};

/// The named reasons. Stored in the catalog and shown on the status page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureReason {
    /// The file has no bytes.
    Empty,
    /// None of the formats that can be read.
    Unsupported,
    /// Opens only with a password.
    PasswordProtected,
    /// Truncated or broken beyond what could be repaired.
    Damaged,
    /// Larger than a limit, on disk or unpacked.
    TooLarge,
    /// Took longer than the deadline.
    TooSlow,
    /// Carries a secrecy stamp; nothing of its content is kept.
    Classified,
    /// The system did not let us read the file.
    CannotOpen,
    /// A mistake of this program.
    Internal,
}

impl FailureReason {
    /// Every reason, in the order in which they are listed.
    pub const ALL: [FailureReason; 9] = [
        Self::Empty,
        Self::Unsupported,
        Self::PasswordProtected,
        Self::Damaged,
        Self::TooLarge,
        Self::TooSlow,
        Self::Classified,
        Self::CannotOpen,
        Self::Internal,
    ];

    /// The stable name, as in JSON, e.g. `password_protected`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Unsupported => "unsupported",
            Self::PasswordProtected => "password_protected",
            Self::Damaged => "damaged",
            Self::TooLarge => "too_large",
            Self::TooSlow => "too_slow",
            Self::Classified => "classified",
            Self::CannotOpen => "cannot_open",
            Self::Internal => "internal",
        }
    }

    /// Reads a stable name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// What happened and what to do, in Vietnamese, for the page.
    pub fn sentence_vi(self) -> &'static str {
        match self {
            Self::Empty => "Tệp rỗng. Chép lại tệp từ bản gốc rồi nạp lại.",
            Self::Unsupported => {
                "Không phải tệp .docx, .doc, PDF hay văn bản thuần. Lưu lại thành một trong các dạng ấy rồi nạp lại."
            }
            Self::PasswordProtected => "Tệp có mật khẩu. Gỡ mật khẩu rồi nạp lại.",
            Self::Damaged => "Tệp hỏng hoặc chép chưa hết. Chép lại từ bản gốc rồi nạp lại.",
            Self::TooLarge => "Tệp quá lớn. Tách tệp thành nhiều phần rồi nạp lại.",
            Self::TooSlow => "Đọc quá lâu nên đã dừng. In lại thành PDF rồi nạp lại.",
            Self::Classified => {
                "Văn bản có dấu độ mật nên không được nạp; không lưu nội dung nào. Chuyển tệp khỏi kho này."
            }
            Self::CannotOpen => "Không mở được tệp. Xem lại quyền đọc tệp rồi nạp lại.",
            Self::Internal => {
                "Lỗi của chương trình khi đọc tệp. Gửi tệp nhật ký cho người phụ trách."
            }
        }
    }

    /// What happened and what to do, in English, for the command line.
    pub fn sentence_en(self) -> &'static str {
        match self {
            Self::Empty => "the file is empty; copy it again from the original",
            Self::Unsupported => {
                "not a .docx, .doc, PDF or plain text file; save it as one of these"
            }
            Self::PasswordProtected => "the file needs a password; remove the password",
            Self::Damaged => "the file is damaged or incomplete; copy it again from the original",
            Self::TooLarge => "the file is larger than the limit; split it",
            Self::TooSlow => "reading took too long and was stopped; print it to PDF anew",
            Self::Classified => {
                "the document carries a secrecy stamp and was refused, nothing of it is kept; move it out of this archive"
            }
            Self::CannotOpen => "the file could not be opened; check its permissions",
            Self::Internal => "a mistake in vanthu; please report it with the log",
        }
    }
}

/// Why one file could not be taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The named reason.
    pub reason: FailureReason,
    /// The technical detail: what was expected and what was found. Never document text.
    pub detail: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_round_trip_and_match_the_json() {
        for reason in FailureReason::ALL {
            assert_eq!(FailureReason::from_code(reason.code()), Some(reason));
            assert_eq!(serde_json::to_string(&reason).unwrap(), format!("{:?}", reason.code()));
        }
    }
}
