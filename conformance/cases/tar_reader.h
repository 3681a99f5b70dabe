#ifndef ONNXIFI_CONFORMANCE_CASES_TAR_READER_H_
#define ONNXIFI_CONFORMANCE_CASES_TAR_READER_H_

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"

namespace onnxifi::conformance {

// A file in an archive; its bytes lie in it.
struct TarFile {
  std::string name;
  std::span<const std::byte> bytes;
};

// The files of an uncompressed archive of the POSIX ustar form, in its order.
// Only plain files may be in it, names ascend without repetition, are relative
// and go nowhere up; every number, checksum, bound and filling is checked.
// INVALID_PROTOBUF with the offset and what is wrong there.
Result<std::vector<TarFile>> ReadTar(std::span<const std::byte> archive);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_CASES_TAR_READER_H_
