#include "graph/external_data.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "graph/test_model.h"

namespace onnxifi::graph {
namespace {

namespace fs = std::filesystem;

class ExternalDataTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "graphXXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    fs::create_directory(root_ / "model");
    fs::create_directory(root_ / "model" / "sub");
    Write("secret", "secret..");
    Write("model/w.bin", "01234567");
    Write("model/sub/w.bin", "abcdefgh");
  }
  void TearDown() override { fs::remove_all(root_); }

  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(root_ / name, std::ios::binary) << text;
  }
  Result<MappedFile> Load(const ExternalEntries& entries,
                          size_t bytes = 4) const {
    return ExternalData((root_ / "model").string()).Load(entries, bytes);
  }
  onnxStatus CodeOf(const std::string& location) const {
    return Load({{"location", location}}).status().code();
  }

  fs::path root_;
};

TEST_F(ExternalDataTest, ReadsWhatTheEntriesPointTo) {
  const auto start = Load({{"location", "w.bin"}});
  ASSERT_TRUE(start.ok()) << start.status().message();
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(start->bytes.data()), 4),
            "0123");
  const auto part =
      Load({{"location", "./sub//w.bin"}, {"offset", "3"}, {"length", "4"}});
  ASSERT_TRUE(part.ok()) << part.status().message();
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(part->bytes.data()), 4),
            "defg");
}

TEST_F(ExternalDataTest, RefusesPathsOutOfTheDirectory) {
  for (const std::string& location :
       {std::string(), std::string("."), std::string("../secret"),
        std::string("sub/../../secret"), std::string("sub/../w.bin"),
        (root_ / "secret").string(), std::string("sub\\w.bin"),
        std::string("C:w.bin"), std::string("w.bin\0.txt", 10),
        std::string("absent.bin"),
        std::string("w.bin/"
                    "x")}) {
    EXPECT_EQ(CodeOf(location), ONNXIFI_STATUS_INVALID_MODEL) << location;
  }
}

TEST_F(ExternalDataTest, RefusesLinksAndSpecialFiles) {
  fs::create_symlink(root_ / "secret", root_ / "model" / "link");
  fs::create_directory_symlink(root_, root_ / "model" / "up");
  fs::create_hard_link(root_ / "secret", root_ / "model" / "hard");
  ASSERT_EQ(::mkfifo((root_ / "model" / "fifo").c_str(), 0600), 0);
  for (const char* location : {"link", "up/secret", "hard", "fifo", "sub"}) {
    EXPECT_EQ(CodeOf(location), ONNXIFI_STATUS_INVALID_MODEL) << location;
  }
}

TEST_F(ExternalDataTest, RefusesRangesPastTheEnd) {
  const auto code = [&](const char* offset, const char* length, size_t bytes) {
    return Load({{"location", "w.bin"}, {"offset", offset}, {"length", length}},
                bytes)
        .status()
        .code();
  };
  EXPECT_EQ(code("4", "4", 4), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(code("5", "4", 4), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(code("18446744073709551615", "4", 4), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(code("18446744073709551616", "4", 4), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(code("-1", "4", 4), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(code("0x1", "4", 4), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(code(" 1", "4", 4), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(code("", "4", 4), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(code("0", "5", 4), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_EQ(code("0", "9", 9), ONNXIFI_STATUS_INVALID_MODEL);
}

TEST_F(ExternalDataTest, RefusesDuplicateEntriesAndIgnoresUnknownOnes) {
  EXPECT_FALSE(Load({{"location", "w.bin"}, {"location", "sub/w.bin"}}).ok());
  EXPECT_FALSE(
      Load({{"location", "w.bin"}, {"offset", "0"}, {"offset", "1"}}).ok());
  EXPECT_FALSE(Load({{"offset", "0"}}).ok());
  EXPECT_TRUE(Load({{"location", "w.bin"}, {"basepath", "/etc"}}).ok());
}

onnx::ModelProto ExternalModel(const std::string& location) {
  onnx::ModelProto model =
      SmallModel("g (float[2] x) => (float[2] y) { y = Add(x, w) }");
  auto* tensor = model.mutable_graph()->add_initializer();
  tensor->set_name("w");
  tensor->set_data_type(onnx::TensorProto::FLOAT);
  tensor->add_dims(2);
  tensor->set_data_location(onnx::TensorProto::EXTERNAL);
  auto* entry = tensor->add_external_data();
  entry->set_key("location");
  entry->set_value(location);
  return model;
}

TEST_F(ExternalDataTest, ModelsUseItOnlyWithADirectory) {
  const Status without = StatusOf(ExternalModel("w.bin"));
  EXPECT_EQ(without.code(), ONNXIFI_STATUS_INVALID_MODEL);
  EXPECT_NE(without.message().find("'w'"), std::string::npos);
  ReadOptions options;
  options.external_data_dir = (root_ / "model").string();
  const auto graph = ReadProto(ExternalModel("w.bin"), options);
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_EQ(ValueNamed(*graph, "w").constant->bytes, 8u);
  EXPECT_EQ(StatusOf(ExternalModel("../secret"), options).code(),
            ONNXIFI_STATUS_INVALID_MODEL);
}

TEST_F(ExternalDataTest, MapFileTakesRegularFilesOnly) {
  const auto small = MapFile((root_ / "secret").string());
  ASSERT_TRUE(small.ok());
  EXPECT_EQ(small->bytes.size(), 8u);
  Write("large", std::string(3 << 20, 'x'));
  const auto large = MapFile((root_ / "large").string());
  ASSERT_TRUE(large.ok());
  EXPECT_EQ(large->bytes.size(), size_t{3} << 20);
  EXPECT_EQ(large->bytes.back(), std::byte{'x'});
  ASSERT_EQ(::mkfifo((root_ / "fifo").c_str(), 0600), 0);
  for (const char* name : {"absent", "fifo", "model"}) {
    const Status status = MapFile((root_ / name).string()).status();
    EXPECT_FALSE(status.ok());
    EXPECT_NE(status.message().find(name), std::string::npos);
  }
  EXPECT_FALSE(MapFile("/dev/zero").ok());
  EXPECT_FALSE(MapFile("").ok());
}

TEST_F(ExternalDataTest, AMappedFileOutlivesItsName) {
  Write("large", std::string(2 << 20, 'y'));
  const auto file = MapFile((root_ / "large").string());
  ASSERT_TRUE(file.ok());
  fs::remove(root_ / "large");
  EXPECT_EQ(file->bytes[1 << 20], std::byte{'y'});
}

}  // namespace
}  // namespace onnxifi::graph
