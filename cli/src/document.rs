//! The frame of the HTML pages that commands print: each is one file that needs nothing else.

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// A page with a style of its own.
pub(crate) fn html_page(title: &str, style: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(style)) }
            }
            body { (body) }
        }
    };
    page.into_string()
}
