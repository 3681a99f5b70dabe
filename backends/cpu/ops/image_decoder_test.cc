#include <gtest/gtest.h>
#include <stdlib.h>

#include <span>
#include <string>
#include <vector>

#include "backends/cpu/testing/image_files.h"
#include "backends/cpu/testing/node_tester.h"

namespace onnxifi::cpu {
namespace {

using graph::Shape;
using testing::NodeTester;
using Bytes = std::vector<uint8_t>;

class ImageDecoderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    setenv("ONNXIFI_CPU_HELPERS", ONNXIFI_TEST_HELPERS, 1);
  }
  void TearDown() override { unsetenv("ONNXIFI_CPU_HELPERS"); }
};

Bytes FromText(const std::string& text) { return {text.begin(), text.end()}; }

NodeTester Decoder(const Bytes& file, const std::string& format) {
  NodeTester t("ImageDecoder", 20);
  t.Text("pixel_format", format);
  t.Input<uint8_t>({static_cast<int64_t>(file.size())}, file);
  return t;
}

void ExpectPixels(const Bytes& file, const std::string& format,
                  const Shape& dims, const Bytes& pixels) {
  NodeTester t = Decoder(file, format);
  const Status status = t.Run();
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(t.OutDims(0), dims);
  EXPECT_EQ(t.Out<uint8_t>(0), pixels);
}

const Bytes kColors = {255, 0,  0,  0,   255, 0,  0,   0,   255,
                       10,  20, 30, 200, 100, 50, 255, 255, 255};

template <size_t n>
Bytes File(const uint8_t (&data)[n]) {
  return {data, data + n};
}

TEST_F(ImageDecoderTest, DecodesColorsExactly) {
  for (const Bytes& file :
       {File(testing::kPngRgb), File(testing::kPngAlpha),
        File(testing::kTiffRgb), File(testing::kWebpLossless)}) {
    ExpectPixels(file, "RGB", {2, 3, 3}, kColors);
  }
}

TEST_F(ImageDecoderTest, OrdersChannelsAndMixesGray) {
  const Bytes file =
      FromText(std::string("P6 2 1 255\n\xff\0\0\x0a\x14\x1e", 17));
  ExpectPixels(file, "RGB", {1, 2, 3}, {255, 0, 0, 10, 20, 30});
  ExpectPixels(file, "BGR", {1, 2, 3}, {0, 0, 255, 30, 20, 10});
  ExpectPixels(file, "Grayscale", {1, 2, 1}, {76, 18});
}

TEST_F(ImageDecoderTest, DecodesGrayFiles) {
  ExpectPixels(File(testing::kJpeg2000), "Grayscale", {2, 4, 1},
               {0, 50, 100, 150, 200, 250, 255, 5});
  ExpectPixels(File(testing::kPngGray16), "RGB", {1, 2, 3},
               {18, 18, 18, 255, 255, 255});
  ExpectPixels(File(testing::kJpegGray), "Grayscale", {16, 16, 1},
               Bytes(256, 77));
}

TEST_F(ImageDecoderTest, TurnsInkIntoLight) {
  NodeTester t = Decoder(File(testing::kJpegCmyk), "RGB");
  ASSERT_TRUE(t.Run().ok());
  EXPECT_EQ(t.OutDims(0), (Shape{8, 8, 3}));
  const Bytes pixels = t.Out<uint8_t>(0);
  EXPECT_LE(pixels[0], 3);
  EXPECT_GE(pixels[1], 252);
  EXPECT_GE(pixels[2], 252);
}

TEST_F(ImageDecoderTest, KnowsEveryPortableFormat) {
  ExpectPixels(FromText("P1\n# a comment\n2 2\n0 1 10"), "Grayscale", {2, 2, 1},
               {255, 0, 0, 255});
  ExpectPixels(FromText("P2 2 1 15 0 15"), "Grayscale", {1, 2, 1}, {0, 255});
  ExpectPixels(FromText("P3 1 1 255 1 2 3"), "RGB", {1, 1, 3}, {1, 2, 3});
  ExpectPixels(FromText("P4 3 1\n\xa0"), "Grayscale", {1, 3, 1}, {0, 255, 0});
  ExpectPixels(FromText("P5 2 1 255 ab"), "Grayscale", {1, 2, 1}, {97, 98});
  ExpectPixels(FromText(std::string("P5 1 1 65535 \x80\x80", 15)), "Grayscale",
               {1, 1, 1}, {128});
  ExpectPixels(FromText("P7\nWIDTH 1\nHEIGHT 1\nDEPTH 4\nMAXVAL 255\n"
                        "TUPLTYPE RGB_ALPHA\nENDHDR\nabcd"),
               "RGB", {1, 1, 3}, {97, 98, 99});
}

void Put(Bytes* file, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) {
    file->push_back(i < 8 ? static_cast<uint8_t>(value >> (8 * i)) : 0);
  }
}

// A bitmap with the header of Windows 3.
Bytes Bitmap(int32_t width, int32_t height, uint32_t bits, uint32_t compression,
             const Bytes& extra, const Bytes& pixels) {
  Bytes file = {'B', 'M'};
  Put(&file, 0, 8);
  Put(&file, static_cast<uint32_t>(54 + extra.size()), 4);
  Put(&file, 40, 4);
  Put(&file, static_cast<uint32_t>(width), 4);
  Put(&file, static_cast<uint32_t>(height), 4);
  Put(&file, 1, 2);
  Put(&file, bits, 2);
  Put(&file, compression, 4);
  Put(&file, 0, 12);
  Put(&file, bits <= 8 ? static_cast<uint32_t>(extra.size() / 4) : 0, 4);
  Put(&file, 0, 4);
  file.insert(file.end(), extra.begin(), extra.end());
  file.insert(file.end(), pixels.begin(), pixels.end());
  return file;
}

const Bytes kPalette = {0, 0, 0, 0, 3, 2, 1, 0};  // black, (1, 2, 3)

TEST_F(ImageDecoderTest, KnowsBitmapsOfEveryDepth) {
  ExpectPixels(Bitmap(1, 2, 24, 0, {}, {3, 2, 1, 0, 6, 5, 4, 0}), "RGB",
               {2, 1, 3}, {4, 5, 6, 1, 2, 3});
  ExpectPixels(Bitmap(1, -2, 24, 0, {}, {3, 2, 1, 0, 6, 5, 4, 0}), "RGB",
               {2, 1, 3}, {1, 2, 3, 4, 5, 6});
  ExpectPixels(Bitmap(1, 1, 32, 0, {}, {3, 2, 1, 9}), "RGB", {1, 1, 3},
               {1, 2, 3});
  ExpectPixels(Bitmap(1, 1, 16, 0, {}, {0x1F, 0x7C, 0, 0}), "RGB", {1, 1, 3},
               {255, 0, 255});
  Bytes masks;
  for (const uint32_t mask : {0xF800u, 0x7E0u, 0x1Fu}) Put(&masks, mask, 4);
  ExpectPixels(Bitmap(1, 1, 16, 3, masks, {0xE0, 0x07, 0, 0}), "RGB", {1, 1, 3},
               {0, 255, 0});
  ExpectPixels(Bitmap(2, 1, 8, 0, kPalette, {1, 0, 0, 0}), "RGB", {1, 2, 3},
               {1, 2, 3, 0, 0, 0});
  ExpectPixels(Bitmap(2, 1, 4, 0, kPalette, {0x01, 0, 0, 0}), "RGB", {1, 2, 3},
               {0, 0, 0, 1, 2, 3});
  ExpectPixels(Bitmap(2, 1, 1, 0, kPalette, {0x80, 0, 0, 0}), "RGB", {1, 2, 3},
               {1, 2, 3, 0, 0, 0});
}

TEST_F(ImageDecoderTest, KnowsRunLengths) {
  // Two of color 1; next row; three literally; end.
  ExpectPixels(
      Bitmap(3, 2, 8, 1, kPalette, {2, 1, 0, 0, 0, 3, 0, 1, 0, 0, 0, 1}),
      "Grayscale", {2, 3, 1}, {0, 2, 0, 2, 2, 0});
  ExpectPixels(Bitmap(3, 1, 4, 2, kPalette, {3, 0x10, 0, 1}), "Grayscale",
               {1, 3, 1}, {2, 0, 2});
}

TEST_F(ImageDecoderTest, WhatIsNoPictureGivesAnEmptyOne) {
  const std::vector<Bytes> files = {{},
                                    FromText("hello"),
                                    FromText("P6 2 1 255\nab"),
                                    FromText("P5 99999999 99999999 255\n"),
                                    FromText("P2 1 1 0 0"),
                                    FromText("BM"),
                                    Bitmap(1, 2, 24, 0, {}, {3, 2, 1, 0}),
                                    Bitmap(0, 1, 24, 0, {}, {}),
                                    Bitmap(1, INT32_MIN, 24, 0, {}, {}),
                                    Bitmap(1, 1, 7, 0, {}, {0, 0, 0, 0}),
                                    Bitmap(1, 1, 8, 1, kPalette, {9, 1, 0, 1}),
                                    Bitmap(1, 1, 8, 1, kPalette, {0, 9, 1})};
  for (size_t i = 0; i < files.size(); ++i) {
    SCOPED_TRACE(i);
    ExpectPixels(files[i], "RGB", {0, 0, 3}, {});
    ExpectPixels(files[i], "Grayscale", {0, 0, 1}, {});
  }
}

TEST_F(ImageDecoderTest, DamagedFilesDoNotEndTheProcess) {
  for (const Bytes& whole :
       {File(testing::kPngRgb), File(testing::kPngAlpha),
        File(testing::kPngGray16), File(testing::kTiffRgb),
        File(testing::kWebpLossless), File(testing::kJpegGray),
        File(testing::kJpegCmyk), File(testing::kJpeg2000)}) {
    for (size_t size = 0; size < whole.size(); size += 3) {
      const Bytes cut(whole.begin(),
                      whole.begin() + static_cast<ptrdiff_t>(size));
      NodeTester t = Decoder(cut, "RGB");
      ASSERT_TRUE(t.Run().ok()) << size;
    }
    for (size_t at = 0; at < whole.size(); at += 2) {
      Bytes changed = whole;
      changed[at] ^= 0x5A;
      NodeTester t = Decoder(changed, "BGR");
      ASSERT_TRUE(t.Run().ok()) << at;
    }
  }
}

TEST_F(ImageDecoderTest, RefusesWithoutTheHelperAndOtherFormats) {
  NodeTester format = Decoder({1}, "CMYK");
  EXPECT_EQ(format.Run().code(), ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE);
  setenv("ONNXIFI_CPU_HELPERS", "/nonexistent", 1);
  NodeTester t = Decoder({1}, "RGB");
  const Status status = t.Run();
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_UNSUPPORTED_OPERATOR);
  EXPECT_NE(status.message().find("onnxifi-imagedecoder.so"), std::string::npos)
      << status.message();
}

}  // namespace
}  // namespace onnxifi::cpu
