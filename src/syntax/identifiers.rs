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

/// Whether a module can have the name: parts joined by dots, of which each could be the name of a file. An import statement spells
/// identifiers alone, but `importlib.import_module` takes any such name (`my-tool`, `2024`).
pub fn is_module_name(name: &str) -> bool {
    name.split('.').all(is_module_part)
}

/// Whether `part` can be one part of such a name. With a slash in it, it would be a path, and lead out of its folder.
pub(crate) fn is_module_part(part: &str) -> bool {
    !part.is_empty() && !part.contains(['/', '\\', '.', ':', '\0'])
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
