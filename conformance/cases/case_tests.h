#ifndef ONNXIFI_CONFORMANCE_CASES_CASE_TESTS_H_
#define ONNXIFI_CONFORMANCE_CASES_CASE_TESTS_H_

#include "conformance/cases/case_archive.h"
#include "conformance/harness/test.h"

namespace onnxifi::conformance {

// One test for each case of the archive, which must outlive them.
void AddCaseTests(const CaseArchive& archive, TestList* list);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_CASES_CASE_TESTS_H_
