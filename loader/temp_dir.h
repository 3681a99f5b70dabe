#ifndef ONNXIFI_LOADER_TEMP_DIR_H_
#define ONNXIFI_LOADER_TEMP_DIR_H_

// For tests only: a directory that is removed with everything in it.
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace onnxifi::loader {

class TempDir {
 public:
  TempDir() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "onnxifi-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
    path_ = std::filesystem::canonical(path_).string();
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const {
    return path_ + "/" + std::string(name);
  }
  // Writes a file, making its directories; returns its path.
  std::string Write(std::string_view name, std::string_view text) const {
    const std::string file = *this / name;
    std::filesystem::create_directories(
        std::filesystem::path(file).parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }

 private:
  std::string path_;
};

}  // namespace onnxifi::loader

#endif  // ONNXIFI_LOADER_TEMP_DIR_H_
