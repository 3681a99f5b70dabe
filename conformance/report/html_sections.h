#ifndef ONNXIFI_CONFORMANCE_REPORT_HTML_SECTIONS_H_
#define ONNXIFI_CONFORMANCE_REPORT_HTML_SECTIONS_H_

#include <string>

#include "conformance/cases/case_archive.h"
#include "conformance/runner/certify.h"

namespace onnxifi::conformance {

// The parts of the page, each with its heading; empty when there is nothing to
// show.

// Tests that went wrong, waived ones last: why, and how to run each again.
std::string FailuresSection(const CertifyResult& result);
// How the tests of each group ended.
std::string GroupsSection(const Results& results);
// Operators against element types.
std::string MatrixSection(const Results& results, const CaseArchive* archive);
// What was measured against what is allowed, closest first.
std::string MarginsSection(const Results& results);
// How long the tests took, slowest first.
std::string TimesSection(const Results& results);
// Each requirement of the interface with its tests.
std::string RequirementsSection(const Results& results);
// Why tests were refused or left out.
std::string RefusalsSection(const Results& results);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_REPORT_HTML_SECTIONS_H_
