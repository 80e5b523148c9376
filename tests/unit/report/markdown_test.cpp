// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "report/markdown.h"

#include <sstream>

#include "report/markdown_text.h"
#include "report/text_width.h"
#include "sample_analyses.h"
#include "support/catch.h"

namespace ftscale {
namespace {

using report::markdown_block;
using report::markdown_code;
using report::markdown_code_cell;
using report::markdown_text;

std::string markdown_of(const analysis::Analysis& analysis) {
    std::ostringstream out;
    report::write_markdown(analysis, out);
    return out.str();
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("text: nothing in a name means anything") {
    CHECK(markdown_text("<lambda> in __init__") == "\\<lambda\\> in \\_\\_init\\_\\_");
    CHECK(markdown_text("a|b `c` *d* [e](f) ~g~ $h$ &lt; </details> \\") ==
          "a\\|b \\`c\\` \\*d\\* \\[e\\](f) \\~g\\~ \\$h\\$ \\&lt; \\</details\\> \\\\");
    CHECK(markdown_text("two\nlines") == "two?lines");
    CHECK(markdown_text("größe.计算") == "größe.计算");
}

TEST_CASE("text: nobody is notified, and no issue is referred to") {
    CHECK(markdown_text("@someone fixes #123") ==
          "@\u2060someone fixes \\#\u2060"
          "123");
    CHECK(markdown_text("a @ b # c") == "a @ b \\# c");
}

TEST_CASE("text: a line does not begin a list or a heading") {
    CHECK(markdown_text("- one") == "\\- one");
    CHECK(markdown_text("12. twelve") == "12\\. twelve");
    CHECK(markdown_text("0.12 cores") == "0.12 cores");
    CHECK(markdown_text("# head") == "\\# head");
    CHECK(markdown_text("") == "");
}

TEST_CASE("code: the fence is longer than any in the name") {
    CHECK(markdown_code("<lambda>") == "`<lambda>`");
    CHECK(markdown_code("a`b``c") == "```a`b``c```");
    CHECK(markdown_code("`a`") == "`` `a` ``");
    CHECK(markdown_code("operator|") == "`operator|`");
    CHECK(markdown_code_cell("operator|") == "`operator\\|`");
    CHECK(markdown_code("") == "");
    CHECK(markdown_block("a ``` b") == "````text\na ``` b\n````\n");
}

TEST_CASE("long names are cut in the middle") {
    const std::string name = std::string(3000, 'a') + std::string(1000, 'z');
    CHECK(report::display_width(markdown_text(name)) == 600);
    CHECK(report::display_width(markdown_code(name)) == 122);
    CHECK(holds(markdown_code(name), "aa\u2026zz"));
}

TEST_CASE("findings come first, then the curve, the ledger, the functions") {
    const std::string text = markdown_of(tests::shared_list());
    std::size_t at = 0;
    for (const char* part : {"### ftscale: `", "**", "#### What to look at", "1. **", "\u2192", "#### Speed-up",
                             "| 1 |", "#### Where the cores went", "| useful |", "`lock_wait`", "| **lost** |",
                             "#### Functions at", "<details>", "MEASUREMENT", "</details>"}) {
        INFO(part);
        const std::size_t found = text.find(part, at);
        REQUIRE(found != std::string::npos);
        at = found;
    }
}

TEST_CASE("the columns of the ledger add up in the printed digits") {
    std::istringstream lines(markdown_of(tests::shared_list()));
    double sum = 0, lost = 0;
    bool is_ledger = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("| lost cores |", 0) == 0) is_ledger = line.find("function") == std::string::npos;
        if (!is_ledger || line.empty() || line.rfind("| ---", 0) == 0) continue;
        std::istringstream cells(line);
        std::string cell;
        std::vector<std::string> row;
        while (std::getline(cells, cell, '|')) row.push_back(cell);
        if (row.size() < 4) continue;
        const std::string last = row[row.size() - 2];
        if (last.find_first_of("0123456789") == std::string::npos) continue;
        if (row[1].find("**lost**") != std::string::npos)
            lost = std::stod(last);
        else if (row[1].find("`") != std::string::npos)
            sum += std::stod(last);
    }
    CHECK(lost > 0);
    CHECK(sum == Approx(lost).margin(1e-9));
}

TEST_CASE("what went wrong stands below the summary; nothing measured is said") {
    CHECK(holds(markdown_of(tests::failed_runs()), "> \u26a0 "));
    CHECK(holds(markdown_of(analysis::Analysis{}), "Nothing was measured"));
}

TEST_CASE("controls and fits have their columns and sentences") {
    const std::string text = markdown_of(tests::with_controls());
    CHECK(holds(text, "| GIL on |"));
    CHECK(holds(text, "| processes |"));
    CHECK(holds(markdown_of(tests::many_thread_counts()), "Universal Scalability Law"));
}

TEST_CASE("a report fits into a comment, whatever its names are") {
    analysis::Analysis analysis = tests::shared_list();
    const std::string name(4000, '_');
    for (analysis::Finding& finding : analysis.findings) {
        finding.title = name;
        finding.evidence.assign(50, name);
        finding.advice = name;
    }
    for (analysis::Function& function : analysis.whole.runs.back().functions) function.place.function = name;
    CHECK(markdown_of(analysis).size() < 65'536);
}

}  // namespace
}  // namespace ftscale
