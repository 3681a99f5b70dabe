#ifndef ONNXIFI_CONFORMANCE_CASES_CASE_ARCHIVE_H_
#define ONNXIFI_CONFORMANCE_CASES_CASE_ARCHIVE_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "client/compare.h"

namespace onnxifi::conformance {

// Inputs and expected outputs of one run of a case, in model order: serialized
// messages, each what the model declares there.
struct CaseData {
  std::vector<std::span<const std::byte>> inputs;
  std::vector<std::span<const std::byte>> outputs;
};

// A model and its data. All bytes lie in the archive.
struct ArchivedCase {
  std::string name;  // "node/test_abs"
  std::span<const std::byte> model;
  std::vector<CaseData> data;
  client::Tolerance tolerance;
  // The outputs are draws within this range: types, shapes and limits count.
  std::optional<client::ValueRange> random;
};

// The data of cases, in one file: an uncompressed tar archive of the folders
// that the onnx package's cases are, as scripts/write_case_archive.py makes it.
// Mapped; every name, number and size in it is checked when it is opened, and
// that each case is whole. Immutable.
class CaseArchive {
 public:
  static Result<CaseArchive> Open(const std::string& path);
  // The same of bytes that outlive the archive.
  static Result<CaseArchive> Read(std::span<const std::byte> bytes);

  // Ordered by name.
  const std::vector<ArchivedCase>& cases() const { return cases_; }
  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  std::shared_ptr<const void> owner_;
  std::span<const std::byte> bytes_;
  std::vector<ArchivedCase> cases_;
};

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_CASES_CASE_ARCHIVE_H_
