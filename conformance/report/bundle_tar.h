#ifndef ONNXIFI_CONFORMANCE_REPORT_BUNDLE_TAR_H_
#define ONNXIFI_CONFORMANCE_REPORT_BUNDLE_TAR_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace onnxifi::conformance {

struct TarMember {
  std::string name;
  std::string bytes;
};

// An uncompressed ustar archive of plain files: the same bytes for the same
// members, whoever writes it and when. Names are at most 99 characters.
std::string WriteBundleTar(const std::vector<TarMember>& members);

// Reads nothing but what WriteBundleTar writes: any other byte anywhere is
// INVALID_PROTOBUF with the reason.
Result<std::vector<TarMember>> ReadBundleTar(std::string_view bytes);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_REPORT_BUNDLE_TAR_H_
