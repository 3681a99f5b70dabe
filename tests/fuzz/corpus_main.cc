// Runs a fuzz entry over the files of a corpus directory, over every prefix
// of each, and over copies with one byte changed: the plain test of a fuzz
// target, for any compiler.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

void RunOne(const std::string& text) {
  // An exact heap copy lets the address sanitizer see a read beyond the end.
  const std::string copy(text.data(), text.size());
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(copy.data()),
                         copy.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::mt19937 random(1);
  size_t runs = 0;
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    std::ifstream stream(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    ++files;
    for (size_t length = 0; length <= text.size(); ++length, ++runs) {
      RunOne(text.substr(0, length));
    }
    for (int i = 0; i < 2000 && !text.empty(); ++i, ++runs) {
      std::string changed = text;
      changed[random() % changed.size()] = static_cast<char>(random());
      RunOne(changed);
    }
  }
  std::printf("%zu runs over %zu files\n", runs, files);
  return files == 0 ? 1 : 0;
}
