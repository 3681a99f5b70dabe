#include "partitioner/calibration_file.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/str_cat.h"
#include "partitioner/calibration_text.h"

namespace onnxifi::partitioner {
namespace {

namespace fs = std::filesystem;

constexpr char kDevice[] = "gpu";

std::string Key(size_t number) {
  std::string digits = std::to_string(number);
  digits.insert(0, 16 - digits.size(), '0');
  return "Op " + digits;
}

Calibration Nodes(size_t first, size_t count, Ns ns) {
  Calibration calibration;
  for (size_t i = first; i < first + count; ++i) {
    calibration.nodes[Key(i)] = ns;
  }
  return calibration;
}

class CalibrationFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "calibrationXXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
    directory_ = name + "/a/b";
  }
  void TearDown() override { fs::remove_all(root_); }

  std::string Path() const { return CalibrationPath(directory_, kDevice); }
  void Write(const std::string& text) const {
    fs::create_directories(directory_);
    std::ofstream(Path(), std::ios::binary) << text;
    ASSERT_EQ(chmod(Path().c_str(), 0600), 0);
  }
  // The message of a file that is not used.
  std::string Refusal() const {
    const Result<Calibration> read = LoadCalibration(directory_, kDevice);
    EXPECT_EQ(read.status().code(), ONNXIFI_STATUS_INVALID_PROPERTY);
    return read.ok() ? "" : read.status().message();
  }
  std::string root_;
  std::string directory_;
};

TEST_F(CalibrationFileTest, NoFileIsNoCalibration) {
  const Result<Calibration> read = LoadCalibration(directory_, kDevice);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_TRUE(read->empty());
  EXPECT_TRUE(LoadCalibration("", kDevice).ok());
  EXPECT_FALSE(StoreCalibration("", kDevice, Nodes(0, 1, 5)).ok());
}

TEST_F(CalibrationFileTest, MergesWhatIsStored) {
  Calibration first = Nodes(0, 2, 5);
  first.launch = 9;
  ASSERT_TRUE(StoreCalibration(directory_, kDevice, first).ok());
  ASSERT_TRUE(StoreCalibration(directory_, kDevice, Nodes(1, 2, 6)).ok());
  const Result<Calibration> read = LoadCalibration(directory_, kDevice);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->launch, 9);
  EXPECT_EQ(read->nodes,
            (std::map<std::string, Ns>{{Key(0), 5}, {Key(1), 6}, {Key(2), 6}}));
  // Other devices are elsewhere, and nothing is left beside the file.
  EXPECT_TRUE(LoadCalibration(directory_, "other")->empty());
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_), {}), 1);
  struct stat about = {};
  ASSERT_EQ(stat(Path().c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
}

TEST_F(CalibrationFileTest, KeepsTheNewerOfTooMany) {
  ASSERT_TRUE(
      StoreCalibration(directory_, kDevice, Nodes(0, kMostCalibratedNodes, 5))
          .ok());
  ASSERT_TRUE(
      StoreCalibration(directory_, kDevice, Nodes(kMostCalibratedNodes, 10, 6))
          .ok());
  const Result<Calibration> read = LoadCalibration(directory_, kDevice);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->nodes.size(), kMostCalibratedNodes);
  EXPECT_EQ(read->nodes.count(Key(kMostCalibratedNodes + 9)), 1u);
  EXPECT_LT(fs::file_size(Path()), kMostCalibrationBytes);
  ASSERT_TRUE(StoreCalibration(directory_, kDevice,
                               Nodes(0, kMostCalibratedNodes + 5, 7))
                  .ok());
  EXPECT_EQ(LoadCalibration(directory_, kDevice)->nodes.size(),
            kMostCalibratedNodes);
}

TEST_F(CalibrationFileTest, RefusesFilesThatAreNotToBeTrusted) {
  const std::string good = FormatCalibration(kDevice, Nodes(0, 3, 5));
  Write(good);
  EXPECT_EQ(LoadCalibration(directory_, kDevice)->nodes.size(), 3u);
  for (const mode_t mode : {0620, 0602, 0666}) {
    ASSERT_EQ(chmod(Path().c_str(), mode), 0);
    EXPECT_NE(Refusal().find("others may write"), std::string::npos);
  }
  Write(good.substr(0, good.size() / 2));
  EXPECT_NE(Refusal().find("no JSON"), std::string::npos);
  Write(FormatCalibration("other", Nodes(0, 3, 5)));
  EXPECT_NE(Refusal().find("another device's"), std::string::npos);
  Write(good + std::string(kMostCalibrationBytes, ' '));
  EXPECT_NE(Refusal().find("more than"), std::string::npos);
}

TEST_F(CalibrationFileTest, RefusesWhatIsNoFile) {
  const std::string good = FormatCalibration(kDevice, Nodes(0, 3, 5));
  Write(good);
  fs::rename(Path(), directory_ + "/elsewhere");
  fs::create_symlink(directory_ + "/elsewhere", Path());
  EXPECT_NE(Refusal(), "");
  fs::remove(Path());
  fs::create_directory(Path());
  EXPECT_NE(Refusal().find("no regular file"), std::string::npos);
  fs::remove(Path());
  ASSERT_EQ(mkfifo(Path().c_str(), 0600), 0);  // must not block
  EXPECT_NE(Refusal().find("no regular file"), std::string::npos);
}

TEST_F(CalibrationFileTest, ReplacesABadFile) {
  Write("garbage");
  EXPECT_NE(Refusal(), "");
  ASSERT_TRUE(StoreCalibration(directory_, kDevice, Nodes(0, 1, 5)).ok());
  EXPECT_EQ(LoadCalibration(directory_, kDevice)->nodes.size(), 1u);
}

TEST_F(CalibrationFileTest, TellsWhatCannotBeWritten) {
  std::ofstream(root_ + "/a") << "a file where the directory should be";
  const Status status = StoreCalibration(directory_, kDevice, Nodes(0, 1, 5));
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_NO_SYSTEM_RESOURCES);
  EXPECT_NE(status.message().find(directory_), std::string::npos);
}

TEST_F(CalibrationFileTest, TheDirectoryFollowsTheEnvironment) {
  ::setenv("XDG_CACHE_HOME", "/x", 1);
  EXPECT_EQ(CalibrationDirectory(), "/x/onnxifi/calibration");
  ::setenv("XDG_CACHE_HOME", "relative", 1);
  ::setenv("HOME", "/h", 1);
  EXPECT_EQ(CalibrationDirectory(), "/h/.cache/onnxifi/calibration");
  ::setenv("HOME", "relative", 1);
  EXPECT_EQ(CalibrationDirectory(), "");
}

}  // namespace
}  // namespace onnxifi::partitioner
