#include "backends/opencl/cache_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace onnxifi::opencl {
namespace {

class CacheFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "/cache.XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    path_ = folder_ + "/deep/er/file";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Bytes() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void SetBytes(const std::string& bytes) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
  }

  std::string folder_;
  std::string path_;
  const std::string key_ = std::string("a key\0of bytes", 15);
  const std::string value_ = std::string(
      "\x7f"
      "ELF\0 whatever",
      14);
};

TEST_F(CacheFileTest, GivesBackWhatWasWritten) {
  EXPECT_EQ(ReadCacheFile(path_, key_), std::nullopt);
  ASSERT_TRUE(WriteCacheFile(path_, key_, value_));
  EXPECT_EQ(ReadCacheFile(path_, key_), value_);
  ASSERT_TRUE(WriteCacheFile(path_, key_, ""));
  EXPECT_EQ(ReadCacheFile(path_, key_), "");
  // Nothing else is left, and nobody else looks into it.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(
                              std::filesystem::path(path_).parent_path()),
                          {}),
            1);
  struct stat info = {};
  ASSERT_EQ(::stat((folder_ + "/deep").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
}

TEST_F(CacheFileTest, AnotherKeyIsNotFound) {
  ASSERT_TRUE(WriteCacheFile(path_, key_, value_));
  EXPECT_EQ(ReadCacheFile(path_, key_ + "x"), std::nullopt);
  EXPECT_EQ(ReadCacheFile(path_, key_.substr(1)), std::nullopt);
  EXPECT_EQ(ReadCacheFile(path_, "A key\0of bytes"), std::nullopt);
}

TEST_F(CacheFileTest, EveryChangedOrMissingByteIsFound) {
  ASSERT_TRUE(WriteCacheFile(path_, key_, value_));
  const std::string whole = Bytes();
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string bytes = whole;
    bytes[i] = static_cast<char>(bytes[i] ^ 0x10);
    SetBytes(bytes);
    EXPECT_EQ(ReadCacheFile(path_, key_), std::nullopt) << "byte " << i;
    SetBytes(whole.substr(0, i));
    EXPECT_EQ(ReadCacheFile(path_, key_), std::nullopt) << i << " bytes";
  }
  SetBytes(whole + "x");
  EXPECT_EQ(ReadCacheFile(path_, key_), std::nullopt);
  SetBytes(whole);
  EXPECT_EQ(ReadCacheFile(path_, key_), value_);
}

TEST_F(CacheFileTest, OnlyFilesOfOurOwnAreRead) {
  ASSERT_TRUE(WriteCacheFile(path_, key_, value_));
  const std::string link = folder_ + "/link";
  ASSERT_EQ(::symlink(path_.c_str(), link.c_str()), 0);
  EXPECT_EQ(ReadCacheFile(link, key_), std::nullopt);
  ASSERT_EQ(::chmod(path_.c_str(), 0622), 0);
  EXPECT_EQ(ReadCacheFile(path_, key_), std::nullopt) << "others may write";
  // A reader does not wait for somebody to write.
  const std::string fifo = folder_ + "/fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(ReadCacheFile(fifo, key_), std::nullopt);
  EXPECT_EQ(ReadCacheFile(folder_, key_), std::nullopt);
  EXPECT_EQ(ReadCacheFile("/dev/zero", key_), std::nullopt);
}

TEST_F(CacheFileTest, TheOldestFilesAreTrimmedFirst) {
  const auto file = [&](int i) {
    return folder_ + "/" + CacheFileName(0xabcdef0123456789u + unsigned(i));
  };
  const std::string foreign = folder_ + "/notes.bin";
  ASSERT_TRUE(WriteCacheFile(foreign, key_, value_));
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(WriteCacheFile(file(i), key_, std::string(1000, 'x')));
    const timespec times[2] = {{1000 + i, 0}, {1000 + i, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, file(i).c_str(), times, 0), 0);
  }
  std::filesystem::create_directory(folder_ + "/folder");
  TrimCacheFolder(folder_, 100000);
  EXPECT_NE(ReadCacheFile(file(0), key_),
            std::nullopt);  // used last from now on
  TrimCacheFolder(folder_, 3300);
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(ReadCacheFile(file(i), key_).has_value(), i == 0 || i > 3) << i;
  }
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/folder"));
  EXPECT_TRUE(std::filesystem::exists(foreign));
  TrimCacheFolder(folder_ + "/none", 0);
}

TEST_F(CacheFileTest, WhatCannotBeWrittenIsTold) {
  ASSERT_TRUE(WriteCacheFile(path_, key_, value_));
  EXPECT_FALSE(WriteCacheFile(path_ + "/below/a/file", key_, value_));
  EXPECT_FALSE(WriteCacheFile("/proc/none/file", key_, value_));
  EXPECT_FALSE(WriteCacheFile(folder_ + "/deep", key_, value_));
}

}  // namespace
}  // namespace onnxifi::opencl
