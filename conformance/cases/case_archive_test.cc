#include "conformance/cases/case_archive.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "conformance/cases/tar_reader.h"

namespace onnxifi::conformance {
namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

constexpr size_t kBlock = 512;

// Writes the checksum of the header at `at` anew.
void Seal(std::string* tar, size_t at) {
  std::memset(tar->data() + at + 148, ' ', 8);
  unsigned sum = 0;
  for (size_t i = 0; i < kBlock; ++i) {
    sum += static_cast<unsigned char>((*tar)[at + i]);
  }
  std::snprintf(tar->data() + at + 148, 8, "%06o", sum);
}

void AddFile(const std::string& name, const std::string& data,
             std::string* tar) {
  const size_t at = tar->size();
  tar->resize(at + kBlock, '\0');
  std::memcpy(tar->data() + at, name.data(), name.size());
  std::snprintf(tar->data() + at + 124, 12, "%011zo", data.size());
  (*tar)[at + 156] = '0';
  std::memcpy(tar->data() + at + 257,
              "ustar\0"
              "00",
              8);
  Seal(tar, at);
  *tar += data;
  tar->resize((tar->size() + kBlock - 1) / kBlock * kBlock, '\0');
}

std::string Tar(const Files& files) {
  std::string tar;
  for (const auto& [name, data] : files) AddFile(name, data, &tar);
  tar.resize(tar.size() + 2 * kBlock, '\0');
  return tar;
}

Result<CaseArchive> Read(const std::string& tar) {
  return CaseArchive::Read(std::as_bytes(std::span(tar)));
}

std::string ErrorOf(const std::string& tar) {
  const Result<CaseArchive> archive = Read(tar);
  return archive.ok() ? "" : archive.status().message();
}

Files GoodCase() {
  return {{"node/test_a/data.json", R"({"rtol": 0.5, "atol": 0.25})"},
          {"node/test_a/model.onnx", "model"},
          {"node/test_a/test_data_set_0/input_0.pb", "in"},
          {"node/test_a/test_data_set_0/output_0.pb", "out"}};
}

#define EXPECT_ERROR(tar, text) \
  EXPECT_NE(ErrorOf(tar).find(text), std::string::npos) << ErrorOf(tar)

TEST(CaseArchiveTest, ReadsACase) {
  const std::string tar = Tar(GoodCase());
  const Result<CaseArchive> archive = Read(tar);
  ASSERT_TRUE(archive.ok()) << archive.status().message();
  ASSERT_EQ(archive->cases().size(), 1u);
  const ArchivedCase& first = archive->cases()[0];
  EXPECT_EQ(first.name, "node/test_a");
  EXPECT_EQ(first.tolerance.rtol, 0.5);
  EXPECT_EQ(first.tolerance.atol, 0.25);
  EXPECT_FALSE(first.random.has_value());
  EXPECT_EQ(first.model.size(), 5u);
  ASSERT_EQ(first.data.size(), 1u);
  EXPECT_EQ(first.data[0].inputs.size(), 1u);
  ASSERT_EQ(first.data[0].outputs.size(), 1u);
  EXPECT_EQ(first.data[0].outputs[0].size(), 3u);
}

TEST(CaseArchiveTest, ReadsARange) {
  Files files = GoodCase();
  files[0].second = R"({"random": [0, 1]})";
  const std::string tar = Tar(files);
  const Result<CaseArchive> archive = Read(tar);
  ASSERT_TRUE(archive.ok());
  ASSERT_TRUE(archive->cases()[0].random.has_value());
  EXPECT_EQ(archive->cases()[0].random->high, 1);
}

TEST(CaseArchiveTest, NumbersAreInOrderAlthoughNamesAreNot) {
  Files files = GoodCase();
  files.pop_back();
  for (const char* number :
       {"0", "1", "10", "2", "3", "4", "5", "6", "7", "8", "9"}) {
    files.push_back(
        {std::string("node/test_a/test_data_set_0/output_") + number + ".pb",
         number});
  }
  const std::string tar = Tar(files);
  const Result<CaseArchive> archive = Read(tar);
  ASSERT_TRUE(archive.ok()) << archive.status().message();
  EXPECT_EQ(archive->cases()[0].data[0].outputs[10].size(), 2u);
}

TEST(CaseArchiveTest, ACaseMustBeWhole) {
  EXPECT_ERROR(Tar({GoodCase()[0], GoodCase()[2], GoodCase()[3]}), "no model");
  EXPECT_ERROR(Tar({GoodCase()[1], GoodCase()[3]}), "no data.json");
  EXPECT_ERROR(Tar({GoodCase()[0], GoodCase()[1]}), "no test_data_set_0");
  EXPECT_ERROR(Tar({GoodCase()[0], GoodCase()[1], GoodCase()[2]}),
               "no outputs");
  Files gap = GoodCase();
  gap[2].first = "node/test_a/test_data_set_0/input_1.pb";
  EXPECT_ERROR(Tar(gap), "no file of number 0");
  Files second = GoodCase();
  second[2].first = "node/test_a/test_data_set_1/input_0.pb";
  second[3].first = "node/test_a/test_data_set_1/output_0.pb";
  EXPECT_ERROR(Tar(second), "no data set 0");
}

TEST(CaseArchiveTest, UnknownFilesAreRefused) {
  for (const char* name :
       {"node/test_a/x", "node/x", "x", "node/test_a/test_data_set_0/input_0",
        "node/test_a/test_data_set_0/input_00.pb",
        "node/test_a/test_data_set_0/input_.pb",
        "node/test_a/test_data_set_0/input_1000.pb",
        "node/test_a/test_data_set_/input_0.pb",
        "node/test_a/test_data_set_0/a/input_0.pb"}) {
    EXPECT_NE(ErrorOf(Tar({{name, "x"}})), "") << name;
  }
}

TEST(CaseArchiveTest, SettingsAreChecked) {
  for (const char* text :
       {"", "[]", "{", R"({"rtol": -1})", R"({"rtol": "1"})", R"({"rtl": 1})",
        R"({"random": [1, 0]})", R"({"random": [1]})", R"({"random": 1})",
        R"({"atol": 1e999})"}) {
    Files files = GoodCase();
    files[0].second = text;
    EXPECT_NE(ErrorOf(Tar(files)), "") << text;
  }
}

TEST(TarReaderTest, NamesAreChecked) {
  for (const char* name :
       {"/a", "a/", "../a", "a/../b", "a//b", "a b", "a\\b", "a\nb", ""}) {
    EXPECT_ERROR(Tar({{name, "x"}}), "is not allowed") << name;
  }
  EXPECT_ERROR(Tar({{"b/b", "x"}, {"a/a", "x"}}), "must ascend");
  EXPECT_ERROR(Tar({{"a/a", "x"}, {"a/a", "x"}}), "must ascend");
  std::string tar = Tar(GoodCase());
  tar[90] = 'x';  // behind the NUL of the name
  Seal(&tar, 0);
  EXPECT_ERROR(tar, "behind the end of a name");
}

TEST(TarReaderTest, HeadersAreChecked) {
  const std::string good = Tar(GoodCase());
  std::string tar = good;
  tar[0] = 'm';
  EXPECT_ERROR(tar, "checksum");
  tar = good;
  tar[148] = '9';
  EXPECT_ERROR(tar, "checksum");
  tar = good;
  tar[156] = '2';  // a link
  Seal(&tar, 0);
  EXPECT_ERROR(tar, "no plain file");
  tar = good;
  tar[257] = 'x';
  Seal(&tar, 0);
  EXPECT_ERROR(tar, "ustar");
  for (const char* size : {"", "8", "-1", "0x1", "777777777777"}) {
    tar = good;
    std::memset(tar.data() + 124, 0, 12);
    std::memcpy(tar.data() + 124, size, std::strlen(size));
    Seal(&tar, 0);
    EXPECT_ERROR(tar, "is no number") << size;
  }
}

TEST(TarReaderTest, BoundsAreChecked) {
  const std::string good = Tar(GoodCase());
  std::string tar = good;
  std::memcpy(tar.data() + 124, "77777777777\0", 12);
  Seal(&tar, 0);
  EXPECT_ERROR(tar, "more than there are");
  for (size_t cut = 0; cut < good.size(); cut += 7) {
    EXPECT_NE(ErrorOf(good.substr(0, cut)), "") << cut;
  }
  EXPECT_ERROR(good.substr(0, good.size() - kBlock), "the end");
  tar = good;
  tar.back() = 'x';
  EXPECT_ERROR(tar, "the end");
  tar = good;
  tar[2 * kBlock - 1] = 'x';  // the filling of the first file
  EXPECT_ERROR(tar, "behind the end of");
}

// Whatever bytes there are: an answer, and no access outside. What is accepted
// must be the archive that it was but for bytes inside of files.
TEST(TarReaderTest, ManyBrokenArchives) {
  const std::string good = Tar(GoodCase());
  std::mt19937_64 random(7);
  size_t accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    // Memory of its own, exactly as long: a sanitizer sees what is beyond.
    std::vector<char> tar(good.begin(), good.end());
    if (i % 4 == 0) tar.resize(random() % (tar.size() + 1));
    for (uint64_t k = random() % 4; k < 4 && !tar.empty(); ++k) {
      tar[random() % tar.size()] = static_cast<char>(random());
    }
    const auto archive = CaseArchive::Read(std::as_bytes(std::span(tar)));
    if (!archive.ok()) continue;
    ++accepted;
    ASSERT_EQ(archive->cases().size(), 1u);
    EXPECT_EQ(archive->cases()[0].name, "node/test_a");
  }
  EXPECT_LT(accepted, 500u);
}

// The same with right checksums, so that what is behind them is reached.
TEST(TarReaderTest, ManyBrokenHeaders) {
  const std::string good = Tar(GoodCase());
  std::mt19937_64 random(8);
  for (int i = 0; i < 20000; ++i) {
    std::string text = good;
    const size_t header = random() % 4 * 2 * kBlock;
    const size_t at =
        random() % 2 == 0 ? random() % kBlock : 124 + random() % 12;
    text[header + at] = static_cast<char>(random());
    Seal(&text, header);
    const std::vector<char> tar(text.begin(), text.end());
    const auto archive = CaseArchive::Read(std::as_bytes(std::span(tar)));
    if (archive.ok()) {
      EXPECT_EQ(archive->cases().size(), 1u);
    }
  }
}

}  // namespace
}  // namespace onnxifi::conformance
