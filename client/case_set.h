#ifndef ONNXIFI_CLIENT_CASE_SET_H_
#define ONNXIFI_CLIENT_CASE_SET_H_

#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "client/compare.h"

namespace onnxifi::client {

// One set of inputs and expected outputs of a case; files in model order, each
// the message that the declared type asks for.
struct CaseData {
  bool generate_inputs = false;  // ONNX's own ramp instead of files
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
};

// One ONNX test case on disk.
struct TestCase {
  std::string name;   // the folder's or the model's name
  std::string model;  // path
  std::vector<CaseData> data;
  Tolerance tolerance;
  std::optional<ValueRange> random;  // its outputs are random, within this
};

// PREFIX0.pb, PREFIX1.pb, ... as far as they exist.
std::vector<std::string> NumberedFiles(const std::string& prefix);

// The cases at or below `path`, ordered by name: folders with model.onnx and
// test_data_set_*, and models X.onnx with X_output_0.pb beside them.
Result<std::vector<TestCase>> FindCases(const std::string& path);

}  // namespace onnxifi::client

#endif  // ONNXIFI_CLIENT_CASE_SET_H_
