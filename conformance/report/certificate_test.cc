#include "conformance/report/certificate.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "conformance/report/bundle_fixture.h"

namespace onnxifi::conformance {
namespace {

std::string SampleText() {
  const SuiteFacts suite = SmallSuite();
  const CertifyResult run = SmallRun(suite);
  return MakeBundle(run, suite)->manifest;
}

// A folder that goes at the end.
class Folder {
 public:
  Folder() { EXPECT_NE(::mkdtemp(path_), nullptr); }
  ~Folder() {
    for (const std::string& file : files_) ::remove(file.c_str());
    ::rmdir(path_);
  }
  std::string Path(const char* name) {
    files_.insert(files_.begin(), StrCat(path_, "/", name));
    return files_.front();
  }
  std::string File(const char* name, const std::string& text) {
    const std::string path = Path(name);
    std::FILE* file = std::fopen(path.c_str(), "w");
    EXPECT_EQ(std::fwrite(text.data(), 1, text.size(), file), text.size());
    std::fclose(file);
    return path;
  }

 private:
  char path_[64] = "/tmp/onnxifi-certificate-XXXXXX";
  std::vector<std::string> files_;
};

TEST(CertificateTest, IsReadBack) {
  const std::string text = SampleText();
  const Result<Certificate> read = ParseCertificate(text);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(ToText(*read), text);
  EXPECT_TRUE(read->certified());
  EXPECT_EQ(read->run.plugin, "libonnxifi-x.so");
  EXPECT_EQ(read->run.seed, 7u);
  EXPECT_EQ(read->date, kRunDate);
  EXPECT_EQ(read->waived, 1u);
  ASSERT_EQ(read->profile.waivers.size(), 1u);
  EXPECT_EQ(read->profile.waivers[0].reason, "bug 17");
  EXPECT_FALSE(read->profile.all_profiles);
  EXPECT_TRUE(read->profile.all_operators);
  EXPECT_EQ(read->counts.at("PASS"), 8u);
  EXPECT_EQ(read->members.size(), 3u);
  EXPECT_EQ(CertificateId(text).size(), 64u);
}

TEST(CertificateTest, WhatIsNotWrittenIsNotRead) {
  const std::string text = SampleText();
  EXPECT_FALSE(ParseCertificate("").ok());
  EXPECT_FALSE(ParseCertificate("{}").ok());
  EXPECT_FALSE(ParseCertificate(text + " ").ok());
  EXPECT_FALSE(ParseCertificate(text + text).ok());
  EXPECT_FALSE(ParseCertificate(std::string(60000, '[')).ok());
  for (size_t i = 0; i < text.size(); ++i) {
    EXPECT_FALSE(ParseCertificate(text.substr(0, i)).ok()) << i;
    std::string changed = text;
    changed[i] ^= 1;
    EXPECT_FALSE(ParseCertificate(changed).ok()) << i;
  }
}

// With a right checksum, which anybody can make.
TEST(CertificateTest, EveryMemberIsOfItsType) {
  Certificate good = *ParseCertificate(SampleText());
  good.counts.clear();
  const std::string text = ToText(good);
  ASSERT_TRUE(ParseCertificate(text).ok());
  size_t lines = 0;
  for (size_t begin = 2; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    const size_t colon = text.find("\": ", begin);
    // Members of the object itself, one a line.
    if (text[begin] == ' ' && text[begin + 1] == '"' && colon < end) {
      std::string changed = text;
      changed.insert(colon + 3, "null, \"x\": ");
      EXPECT_FALSE(ParseCertificate(changed).ok()) << text.substr(begin, 40);
      ++lines;
    }
    begin = end + 1;
  }
  EXPECT_GE(lines, 25u);
}

TEST(CertificateTest, LiesBesideThePlugin) {
  EXPECT_EQ(CertificatePath("/a/libonnxifi-x.so"),
            "/a/libonnxifi-x.certificate");
  EXPECT_EQ(CertificatePath("/a/libonnxifi-x.so.1.2"),
            "/a/libonnxifi-x.certificate");
  EXPECT_EQ(CertificatePath("/a.so/x"), "/a.so/x.certificate");
  EXPECT_EQ(CertificatePath("x"), "x.certificate");
}

TEST(CertificateTest, OnlySmallPlainFilesAreRead) {
  Folder folder;
  EXPECT_EQ(*ReadCertificateFile(folder.Path("none")), "");
  EXPECT_EQ(*ReadCertificateFile(folder.File("some", "text")), "text");
  const std::string most(kMaxCertificateBytes, 'x');
  EXPECT_EQ(ReadCertificateFile(folder.File("most", most))->size(),
            most.size());
  EXPECT_FALSE(ReadCertificateFile(folder.File("more", most + "x")).ok());
  EXPECT_FALSE(ReadCertificateFile("/tmp").ok());
  EXPECT_FALSE(ReadCertificateFile("/dev/zero").ok());
  // Nobody writes to it: opening it for reading would wait for ever.
  const std::string pipe = folder.Path("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_FALSE(ReadCertificateFile(pipe).ok());
  const std::string loop = folder.Path("loop");
  ASSERT_EQ(::symlink(loop.c_str(), loop.c_str()), 0);
  EXPECT_FALSE(ReadCertificateFile(loop).ok());
}

}  // namespace
}  // namespace onnxifi::conformance
