#include "client/case_set.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/str_cat.h"
#include "client/text.h"

namespace onnxifi::client {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxDepth = 4;

std::vector<fs::path> SortedEntries(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    entries.push_back(it->path());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

// ONNX's data.json may widen the tolerance of a case.
Tolerance ReadTolerance(const fs::path& folder) {
  Tolerance tolerance;
  std::ifstream file(folder / "data.json");
  if (!file) return tolerance;
  const auto json = nlohmann::json::parse(file, nullptr, false);
  if (!json.is_object()) return tolerance;
  const auto take = [&](const char* key, double* value) {
    const auto it = json.find(key);
    if (it != json.end() && it->is_number()) *value = it->get<double>();
  };
  take("rtol", &tolerance.rtol);
  take("atol", &tolerance.atol);
  return tolerance;
}

TestCase ReadFolder(const fs::path& folder) {
  TestCase test;
  test.name = folder.filename().string();
  test.model = (folder / "model.onnx").string();
  test.tolerance = ReadTolerance(folder);
  for (const fs::path& entry : SortedEntries(folder)) {
    if (entry.filename().string().rfind("test_data_set", 0) != 0) continue;
    CaseData data;
    data.inputs = NumberedFiles((entry / "input_").string());
    data.outputs = NumberedFiles((entry / "output_").string());
    test.data.push_back(std::move(data));
  }
  return test;
}

bool ReadLightModel(const fs::path& model, TestCase* test) {
  if (model.extension() != ".onnx") return false;
  fs::path stem = model;
  stem.replace_extension();
  CaseData data;
  data.generate_inputs = true;
  data.outputs = NumberedFiles(stem.string() + "_output_");
  if (data.outputs.empty()) return false;
  test->name = stem.filename().string();
  test->model = model.string();
  test->data.push_back(std::move(data));
  return true;
}

void Collect(const fs::path& folder, int depth, std::vector<TestCase>* cases) {
  std::error_code error;
  if (fs::is_regular_file(folder / "model.onnx", error)) {
    cases->push_back(ReadFolder(folder));
    return;
  }
  for (const fs::path& entry : SortedEntries(folder)) {
    TestCase light;
    if (fs::is_directory(entry, error)) {
      if (depth < kMaxDepth) Collect(entry, depth + 1, cases);
    } else if (ReadLightModel(entry, &light)) {
      cases->push_back(std::move(light));
    }
  }
}

}  // namespace

std::vector<std::string> NumberedFiles(const std::string& prefix) {
  std::vector<std::string> files;
  std::error_code error;
  for (size_t i = 0;; ++i) {
    std::string file = StrCat(prefix, i, ".pb");
    if (!fs::exists(file, error)) return files;
    files.push_back(std::move(file));
  }
}

Result<std::vector<TestCase>> FindCases(const std::string& path) {
  std::vector<TestCase> cases;
  std::error_code error;
  fs::path folder = fs::path(path).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  if (fs::is_directory(folder, error)) {
    Collect(folder, 0, &cases);
  } else if (TestCase light; ReadLightModel(folder, &light)) {
    cases.push_back(std::move(light));
  }
  if (cases.empty()) {
    return Status(ONNXIFI_STATUS_INVALID_POINTER,
                  StrCat("cases '", EscapeText(path),
                         "': no folder with model.onnx and no model with "
                         "_output_0.pb beside it: check the path"));
  }
  return cases;
}

}  // namespace onnxifi::client
