# SPDX-License-Identifier: GPL-2.0-only
# Build: sphinx-build -W -n Documentation OUTPUT
project = "sspseal"
extensions = []
source_suffix = ".rst"
master_doc = "index"
exclude_patterns = []
highlight_language = "none"
html_theme = "alabaster"
html_theme_options = {
    "description": "message protection with the session keys in the kernel",
    "page_width": "1100px",
}
html_show_copyright = False
html_show_sphinx = False
