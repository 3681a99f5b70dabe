#ifndef ONNXIFI_CONFORMANCE_REPORT_OPERATOR_MATRIX_H_
#define ONNXIFI_CONFORMANCE_REPORT_OPERATOR_MATRIX_H_

#include <map>
#include <set>
#include <string>

#include "conformance/cases/case_archive.h"
#include "conformance/runner/record.h"

namespace onnxifi::conformance {

// How the tests of one operator and element type ended.
struct MatrixCell {
  size_t passed = 0;
  size_t wrong = 0;
  size_t refused = 0;  // UNSUPPORTED, EXCLUDED
};

// Operators against element types, as far as the tests tell: those of cases by
// their models, those of edges by their names.
struct OperatorMatrix {
  std::set<std::string> types;
  std::map<std::string, std::map<std::string, MatrixCell>> rows;
};

// The archive of the run; NULL: names alone.
OperatorMatrix MakeMatrix(const Results& results, const CaseArchive* archive);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_REPORT_OPERATOR_MATRIX_H_
