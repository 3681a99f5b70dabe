#ifndef ONNXIFI_CONFORMANCE_REPORT_HTML_H_
#define ONNXIFI_CONFORMANCE_REPORT_HTML_H_

#include <string>

#include "conformance/cases/case_archive.h"
#include "conformance/runner/certify.h"

namespace onnxifi::conformance {

// A run as one page that needs nothing else: no files, no network, no script.
// `archive` is that of the run, to name operators; it may be NULL. Whatever the
// results hold, it is shown as text.
std::string HtmlReport(const CertifyResult& result, const CaseArchive* archive);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_REPORT_HTML_H_
