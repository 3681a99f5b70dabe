#ifndef ONNXIFI_CONFORMANCE_REPORT_JUNIT_H_
#define ONNXIFI_CONFORMANCE_REPORT_JUNIT_H_

#include <string>

#include "conformance/runner/certify.h"

namespace onnxifi::conformance {

// A run as JUnit XML, which CI systems show: a suite for each group, and one
// with the verdict, which fails when there are problems. Waived tests are
// skipped. Well-formed whatever the results hold.
std::string JunitReport(const CertifyResult& result);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_REPORT_JUNIT_H_
