/* SPDX-License-Identifier: MIT */
/*
 * Known answers, one an algorithm, made once by another implementation for the
 * relying party "known.test": what libfido2 and what is below it open and set
 * up at their first use, they have opened when a sandbox closes, and a library
 * that does not know right from wrong is none.
 */
#include "factor/fido2_library.h"

const char fido2_known_rp[] = "known.test";
const char fido2_known_authdata[] =
	"0900205b9093a7c2d7da2d57b876b60900adec6e75aeeb7b59683582586add5e"
	"0500000007";
const char fido2_known_hash[] =
	"20e18dd9752c4dd88526af94b8865bc2df5c78b743102279a8ebad9a4fd0327c";

const struct fido2_known fido2_known[FIDO2_KNOWN_COUNT] = {
	{ .algorithm = FIDO2_ES256,
	  .public = "495991001fc0d1f4b6c79f58b8617ba1165ed4d38deb93b40f0377"
		    "471831116a00c56c418772a56bdbe8d276a4184eade001250b1199"
		    "a6ed3bb0e34e09ab69c8",
	  .signature = "3046022100c45ab1c9d16cbd3e2ec127052ee04d8c78fc392f8200"
		       "a6925eb48442bd5b91cd022100f466d05205e008685741f8795a25"
		       "a7b1b86721721f6e705237010ac6fd53103e" },
	{ .algorithm = FIDO2_EDDSA,
	  .public = "35b8715a230405c6e6d39921b7381e7b5906c08dbd53cf0f4d9cd6"
		    "546f2740fa",
	  .signature = "6fa83c0c8b1b5702f55d24f032074de73951e97bfb1e22e1d8024f"
		       "f539852872db781b59c96cbf6e7658a157e40cee1810da2313942c"
		       "be659b799532546c030e" },
	{ .algorithm = FIDO2_RS256,
	  .public = "adacffb4d5b0ff4e681bfdb9309f0b1d065b041a763147b03afef0"
		    "768c376b08df9e9e9e2d2e8478c53f5aad8903da5a1eb26de98f64"
		    "49e7649ed899cab19d08172928b06e376743ef7ad94e9a18c776a1"
		    "8df9052324fecaea871a0ef7081422b2701a325b081d1f9727da31"
		    "3b1450a98d65aeb7d1660c402f0a22fb50cff2fd1e071395c57213"
		    "78440547931a6aa0adb5166eef0801c1e40df749b1fc851ff3f580"
		    "f69d2c127447d167fa98fda920eb47e6a7de4c022aed302cf5b89f"
		    "7c365fdfc02d1923143756aac34beb2baa44a098cd7c56ff9ef6b5"
		    "3cb1d82a231fe62ac77442bbff0265f64cada7431a963eb2dabdb1"
		    "41dd485124daf96d90cd70f2a1010001",
	  .signature = "87c82f56a8e116c9452263e08ded15083e11b6071f9bd7fcd2dabe"
		       "c4e45286e27b7883a73f1acf5b4d8f0f8c694b9a663a9a25fc96c6"
		       "15bd482859b3b1b11ec455d03f1faf5b16d735ab9ff8d6322cc773"
		       "41388b35dd5ee3ae5b20ff88c578022d29aebc552abfe88d1bfcd7"
		       "8b6ec030a5f0a5c918b21c58fabfaecb3ee1ccb7f4197a6081a55e"
		       "f979b5fb59946c53ff417295e049c29d839728139fd8921682063c"
		       "730973ab43d061c8b4c2861af1de2b8c2847d057fcef7fe907e49d"
		       "c06d822520c39902ec30818b517e0b1baf59d0a9ad9774167cae57"
		       "074dc7ef587999fd2f456e34195eba5f4129078a88303531a9d163"
		       "e50986ee80dbe3bb1b6c912c49" },
};
