//! Which strings are names of Python modules.

/// Whether `name` is one identifier. Keywords are identifiers here, as they are for `str.isidentifier`.
pub fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c == '_' || unicode_ident::is_xid_start(c))
        && chars.all(unicode_ident::is_xid_continue)
}

/// Whether `name` is identifiers joined by dots.
pub fn is_dotted_name(name: &str) -> bool {
    name.split('.').all(is_identifier)
}

/// Whether `name` is reserved, so that no import statement can spell it. Soft keywords (`match`, `type`) are not.
pub fn is_keyword(name: &str) -> bool {
    // The longest is `nonlocal`; most names in a listing need no search.
    name.len() <= 8 && KEYWORDS.binary_search(&name).is_ok()
}

/// Whether an import statement can spell `name`: the names that listings keep.
pub(crate) fn is_importable(name: &str) -> bool {
    is_identifier(name) && !is_keyword(name)
}

/// In byte order, for the binary search.
const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];
