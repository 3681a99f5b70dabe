#ifndef ONNXIFI_BACKENDS_OPENCL_CACHE_FILE_H_
#define ONNXIFI_BACKENDS_OPENCL_CACHE_FILE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace onnxifi::opencl {

// A file with a key and a value, both of any bytes. Files are written whole or
// not at all, so that processes may share a folder.

// The value of a file that is whole and has this key; nothing otherwise, nor of
// links and of files that others own or may write to.
std::optional<std::string> ReadCacheFile(const std::string& path,
                                         std::string_view key);
// False when it could not be written. Makes the folder, readable by its owner
// alone.
bool WriteCacheFile(const std::string& path, std::string_view key,
                    std::string_view value);

// What a file is called whose key has this hash.
std::string CacheFileName(uint64_t hash);
// Takes files with such names away, those first that were not used for the longest
// time, until the rest has at most `most` bytes. A file is used when it is read.
void TrimCacheFolder(const std::string& folder, uint64_t most);

// FNV-1a of the bytes.
uint64_t HashOf(std::string_view bytes);

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_CACHE_FILE_H_
