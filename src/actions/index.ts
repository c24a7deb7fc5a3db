import { changeEmail, confirmEmail, endOtherSessions, endSession } from "./account-security.ts";
import { confirmSignUp, signIn, signOut, signUp } from "./accounts.ts";
import {
  acceptReview,
  assignRefund,
  grantCourses,
  refundOrder,
  resyncOrder,
  withdrawGrant,
} from "./admin.ts";
import { addToCart, removeFromCart } from "./cart.ts";
import { contact } from "./contact.ts";
import { deleteAccount, keepAccount } from "./deletion.ts";
import { completeLesson } from "./learning.ts";
import { allowMailAgain } from "./mail.ts";
import { chooseNotifications, unsubscribe } from "./notifications.ts";
import { startCheckout } from "./orders.ts";
import { addPasskey, beginPasskey, removePasskey, signInWithPasskey } from "./passkeys.ts";
import { changePassword, requestPasswordReset, resetPassword } from "./passwords.ts";
import { actOnPerson, endLook, erasePerson, lookAtAccount } from "./people.ts";
import { changeName } from "./profile.ts";
import { refundItems } from "./refunds.ts";
import {
  confirmSocialLink,
  linkIdentity,
  makeSocialAccount,
  startSocialSignIn,
  unlinkIdentity,
} from "./social.ts";

import {
  beginSecondFactor,
  confirmSecondFactor,
  confirmSecondStep,
  turnSecondFactorOff,
} from "./second-factor.ts";

/** Every form of the shop. Each handler authorises for itself: an action can be posted to any page. */
export const server = {
  signUp,
  confirmSignUp,
  signIn,
  signOut,
  startSocialSignIn,
  makeSocialAccount,
  confirmSocialLink,
  linkIdentity,
  unlinkIdentity,
  confirmSecondStep,
  beginSecondFactor,
  confirmSecondFactor,
  turnSecondFactorOff,
  beginPasskey,
  addPasskey,
  removePasskey,
  signInWithPasskey,
  requestPasswordReset,
  resetPassword,
  changePassword,
  changeName,
  changeEmail,
  confirmEmail,
  endSession,
  endOtherSessions,
  deleteAccount,
  keepAccount,
  chooseNotifications,
  unsubscribe,
  contact,
  allowMailAgain,
  completeLesson,
  addToCart,
  removeFromCart,
  startCheckout,
  refundItems,
  refundOrder,
  resyncOrder,
  acceptReview,
  assignRefund,
  grantCourses,
  withdrawGrant,
  actOnPerson,
  erasePerson,
  lookAtAccount,
  endLook,
};
