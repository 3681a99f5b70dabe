/* SPDX-License-Identifier: Apache-2.0 */
#include "onnxifi/onnxifi_loader.h" /* 1.0 include path */
