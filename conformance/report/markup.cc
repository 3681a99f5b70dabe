#include "conformance/report/markup.h"

#include <algorithm>

#include "base/str_cat.h"
#include "client/text.h"

namespace onnxifi::conformance {
namespace {

// U+FFFE and U+FFFF: UTF-8, but in no document.
constexpr std::string_view kNoCharacter = "\xEF\xBF";

std::string ShellText(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace

std::string MarkupText(std::string_view text) {
  const std::string safe = client::EscapeText(text);
  std::string out;
  out.reserve(safe.size());
  for (size_t i = 0; i < safe.size(); ++i) {
    const char c = safe[i];
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '\'') {
      out += "&#39;";
    } else if (safe.compare(i, 2, kNoCharacter) == 0 && i + 2 < safe.size() &&
               static_cast<unsigned char>(safe[i + 2]) >= 0xBE) {
      out += safe[i + 2] == '\xBE' ? "\\xef\\xbf\\xbe" : "\\xef\\xbf\\xbf";
      i += 2;
    } else {
      out += c;
    }
  }
  return out;
}

std::string MarkupLines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    out += MarkupText(text.substr(0, end));
    if (end < text.size()) out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string RerunCommand(const RunHeader& header, const std::string& test) {
  std::string command = StrCat("onnxifi certify ", ShellText(header.plugin),
                               " --seed ", header.seed);
  if (header.backend != 0) command += StrCat(" --backend ", header.backend);
  return StrCat(command, " --filter ", ShellText(test));
}

}  // namespace onnxifi::conformance
