"""Addresses of the returns' pages; targets.urls mounts them."""

from django.urls import path

from targets.views import differences, exceptions, firm_sheets, returns, review

urlpatterns = [
    path("returns/", returns.return_list, name="returns"),
    path("returns/confirm/", review.confirm_many, name="confirm-many"),
    path("returns/review/", review.review_many, name="review-many"),
    path("returns/differences/", differences.difference_list, name="differences"),
    path("returns/differences/settle/", differences.difference_settle, name="difference-settle"),
    path("returns/<int:pk>/", returns.return_detail, name="return"),
    path("returns/<int:pk>/save/", returns.return_save, name="return-save"),
    path("returns/<int:pk>/carry/", returns.return_carry, name="return-carry"),
    path("returns/<int:pk>/flag/", exceptions.return_flag, name="return-flag"),
    path("returns/<int:pk>/unflag/", exceptions.return_unflag, name="return-unflag"),
    path("returns/<int:pk>/roster/", returns.return_roster, name="return-roster"),
    path("returns/<int:pk>/file/", returns.return_file, name="return-file"),
    path("returns/<int:pk>/send-back/", review.return_send_back, name="return-send-back"),
    path("returns/<int:pk>/review/", review.return_review, name="return-review"),
    path("returns/<int:pk>/confirm/", review.return_confirm, name="return-confirm"),
    path("returns/<int:pk>/sign-off/", review.return_sign_off, name="return-sign-off"),
    path("returns/<int:pk>/opine/", review.return_opine, name="return-opine"),
    path("returns/<int:pk>/correct/", exceptions.correction_open, name="return-correct"),
    path("returns/<int:pk>/correct/ask/", exceptions.correction_ask, name="return-ask-correction"),
    path("returns/<int:pk>/correct/decline/", exceptions.correction_decline, name="return-decline-correction"),
    path("returns/<int:pk>/correct/withdraw/", exceptions.correction_withdraw, name="return-withdraw"),
    path("returns/<int:pk>/exempt/", exceptions.return_exempt, name="return-exempt"),
    path("returns/<int:pk>/resume/", exceptions.return_resume, name="return-resume"),
    path("returns/<int:pk>/extend/", exceptions.extension_grant, name="return-extend"),
    path("returns/<int:pk>/extend/ask/", exceptions.extension_ask, name="return-ask-extension"),
    path("returns/<int:pk>/extend/decline/", exceptions.extension_decline, name="return-decline-extension"),
    path("returns/<int:pk>/firms/", firm_sheets.firm_list, name="firm-sheets"),
    path("returns/<int:pk>/firms/issue/", firm_sheets.firm_issue, name="firm-issue"),
    path("returns/<int:pk>/firms/accept/", firm_sheets.firm_accept, name="firm-accept"),
    path("returns/<int:pk>/firms/give-back/", firm_sheets.firm_give_back, name="firm-give-back"),
    path("firm-sheet/<str:secret>/", firm_sheets.firm_sheet, name="firm-sheet"),
    path("cycles/<int:pk>/close/", exceptions.cycle_close, name="cycle-close"),
    path("cycles/<int:pk>/reopen/", exceptions.cycle_reopen, name="cycle-reopen"),
]
