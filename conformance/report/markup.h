#ifndef ONNXIFI_CONFORMANCE_REPORT_MARKUP_H_
#define ONNXIFI_CONFORMANCE_REPORT_MARKUP_H_

#include <string>
#include <string_view>

#include "conformance/runner/record.h"

namespace onnxifi::conformance {

// Text as content or attribute of XML 1.0 and HTML: whatever the bytes are, the
// document stays well-formed. What is no character there becomes \xNN.
std::string MarkupText(std::string_view text);
// The same for several lines; line ends stay.
std::string MarkupLines(std::string_view text);

// The command that runs one test of a run again, for a shell.
std::string RerunCommand(const RunHeader& header, const std::string& test);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_REPORT_MARKUP_H_
