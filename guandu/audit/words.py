"""What was done, in an official's words: the verb of an action and the kind of its object."""

from django.apps import apps

VERBS = {
    "create": "登记", "update": "修改", "disable": "停用", "enable": "启用", "set_password": "重置口令",
    "give": "授予", "revoke": "收回", "issue": "签发", "sign_in": "登录", "sign_out": "退出", "reset": "重置",
    "change": "调整", "end": "终止", "record": "登记", "award": "认定", "enter_many": "批量登记", "load": "载入",
    "open": "布置", "save": "填写", "file": "报送", "review": "审核", "send_back": "退回", "confirm": "确认",
    "confirm_many": "批量确认", "review_many": "批量审核", "roll_up": "汇总", "begin": "载入", "run": "计算", "store": "保存",
    "score": "试算", "move": "变更", "retry": "重试", "import": "导入", "export": "导出", "draft": "起草",
    "execute": "执行", "cancel": "取消", "purge": "清理",
    "ask": "申请计算", "ask_rebuild": "申请全部重算", "heal": "核对更正", "trial": "试算",
    "create_many": "开通", "give_many": "授权", "reissue": "重发口令：", "refuse": "退回", "set_seat": "确定AB角：",
    "set_away": "登记离岗：", "complete_own": "补充本人信息：", "hand_over": "办理", "take_over": "接收",
    "keep": "上传", "check": "核对", "send": "送交", "discard": "放弃",
    "correct": "订正", "certify": "核定", "compute": "计算", "request": "申请", "withdraw": "撤回",
}  # fmt: skip
NOUNS = {
    "user": "账号", "grant": "授权", "unit": "单位", "token": "接口令牌", "session": "门户", "projects": "招商项目",
    "targets": "目标进展", "rating": "星级",
    "administrators": "三类管理员", "park": "园区", "placement": "园区归属", "sponsorship": "包保",
    "title": "称号", "enterprise": "企业", "industry": "行业分类", "chain": "产业链", "area": "片区", "register": "登记册",
    "indicator": "指标", "template": "报表模板", "target": "计划目标", "mechanism": "工作机制",
    "ambiguity": "口径疑点", "aim": "定性目标", "plan": "行动计划", "cycle": "报送期次", "return": "报表",
    "returns": "报表", "figures": "数据", "figure": "数据", "scheme": "评定方案", "assessment": "评定",
    "batch": "账号申请", "operator": "运营方账号口令", "vacancy": "岗位空缺", "handover": "工作交接",
    "building": "楼宇", "space": "空间",
    "upload": "导入文件",
    "assessments": "评定", "project": "招商项目", "demonstration": "演示数据", "job": "后台任务",
}  # fmt: skip
# What the two lists would put together wrongly.
WHOLE = {
    "park.rename": "变更园区名称", "enterprise.rename": "变更企业名称", "name.put_into_force": "新名称生效",
    "park.merge": "合并园区", "enterprise.merge": "合并企业", "park.change_many": "批量修改园区",
    "enterprise.change_many": "批量修改企业", "note.write": "记事", "note.strike": "划去记事",
    "contact.add": "登记联系人", "contact.change": "修改联系人", "contact.end": "停用联系人",
    "contact.reveal": "查看联系电话", "contact.reseal": "更换联系电话密钥", "proposal.propose": "提出变更申请",
    "proposal.accept": "同意变更申请", "proposal.refuse": "不同意变更申请", "proposal.withdraw": "撤回变更申请",
    "proposal.lapse": "变更申请失效", "proposal.apply": "变更申请生效",
    "session.lock": "锁定登录", "session.unlock": "解除登录锁定", "session.end": "结束其他登录",
    "factor.enrol": "启用动态口令", "factor.remove": "停用动态口令", "factor.renew": "重新生成恢复码",
    "tenancy.enter": "登记入驻", "tenancy.leave": "登记离园", "tenancy.correct": "更正入驻",
    "tenancy.strike": "撤销入驻登记", "occupancy.take": "登记使用空间", "occupancy.release": "登记退出空间",
    "space.alarm": "空间与入驻告警",
    "scheme.receive": "上传评定方案", "scheme.adopt": "启用评定方案", "scheme.publish": "登记方案印发",
    "scheme.retire": "停用评定方案", "scheme.assign": "设置方案适用范围", "scheme.unassign": "终止方案适用范围",
    "simulation.ask": "模拟评定方案", "simulation.store": "保存方案模拟结果",
    "honour.award": "登记企业荣誉", "honour.correct": "更正企业荣誉", "honour.revoke": "撤销企业荣誉",
    "cultivation.begin": "纳入升规培育", "cultivation.update": "修改升规培育", "cultivation.move": "办理升规环节",
    "standards.load": "载入登记标准", "honour_kind.create": "登记荣誉种类", "honour_kind.update": "修改荣誉种类",
    "honour_rule.change": "调整荣誉规则", "statistical_class.create": "登记四上类别",
    "statistical_class.update": "修改四上类别", "threshold.change": "调整四上标准",
    "factor.reset": "重置动态口令", "policy.update": "修改登录策略",
    "audit.alarm": "审计告警", "audit.verify": "校验审计记录", "audit.countersign": "会签审计锚定",
    "attribution.attribute": "确定企业归属", "attribution.claim": "提出归属主张",
    "attribution.withdraw": "撤回归属主张", "attribution.settle": "办结归属主张",
    "comparison.run": "办理登记比对", "finding.confirm": "确认登记差异", "finding.reject": "答复登记差异",
    "enterprise.export": "导出企业名单", "scheme.planning": "设置园区测算是否开放",
    "return.exempt": "准予免报", "return.resume": "恢复填报", "return.opine": "对报表提出意见",
    "return.sign_off": "按线下签批通过审核", "roster.refresh": "更新报表名录",
    "target.revise": "登记目标调整", "target.set_baseline": "登记基期数", "target.set_checkpoint": "设置阶段目标",
    "target.drop_checkpoint": "删除阶段目标", "target.choose_reading": "采用目标口径", "plan.set_rule": "调整状态规则",
    "document.make": "起草公文", "document.ask": "公文征求意见", "document.opine": "答复公文征求意见",
    "document.send_up": "公文送审", "document.send_back": "退回公文修改", "document.sign": "登记公文签批",
    "document.issue": "登记公文印发", "document.drop": "作废公文",
    "document_template.edit": "修改公文措辞", "document_template.restore": "恢复公文默认措辞",
    "accomplishment.report": "报送办结", "accomplishment.add_file": "补充办结材料",
    "accomplishment.accept": "验收办结", "accomplishment.send_back": "退回办结报送",
    "plan.take_baselines": "为计划确定基期数", "targets.ask": "申请计算目标进展",
    "layout.create": "建立套填报表", "layout.replace": "更换套填报表文件", "layout.update": "修改套填报表",
    "layout.name_cell": "命名套填单元格", "layout.fill": "套填报表",
    "roster.export": "导出比对名单", "roster.match": "填写名单比对结果",
    "return.carry_over": "沿用上期数", "return.flag": "标记待跟进", "return.unflag": "取消待跟进", "certified.settle": "选定核定值",
    "firm_sheet.issue": "发放企业填报单", "firm_sheet.send": "企业报送填报单", "firm_sheet.accept": "采用企业填报单",
    "firm_sheet.give_back": "退回企业填报单",
    "workbook.hand_out": "批量下载报送工作簿", "workbook.check": "核对报送工作簿", "workbook.keep": "上传报送工作簿",
    "workbook.load": "载入报送工作簿",
    "workbook.hand_back": "下载标注的报送工作簿", "workbook.drop": "放弃报送工作簿", "return.receive": "代录报送",
    "workbook_batch.keep": "批量上传报送工作簿", "workbook_batch.settle": "办结批量上传的工作簿",
    "workbook_batch.send": "批量载入报送工作簿", "recheck.ask": "发起工作簿复核", "recheck.settle": "完成工作簿复核",
    "correction.ask": "申请数据订正", "correction.open": "开放数据订正", "correction.decline": "不同意数据订正",
    "correction.withdraw": "撤销数据订正", "extension.ask": "申请延期报送", "extension.grant": "准予延期报送",
    "extension.decline": "不同意延期报送", "cycle.close": "关闭报送期次", "cycle.reopen": "重新开放报送期次",
    "indicator.issue": "建立指标新版本", "template.issue": "建立报表模板新版本", "template.compose": "修改报表指标",
    "template.check": "修改审核关系", "template.route": "修改审核流程",
    "message.read": "阅读消息", "message.read_all": "全部消息标为已读", "message_preference.choose": "设置消息接收方式",
    "delivery.settle": "登记消息发送结果", "delivery.retry": "重新发送消息", "delivery.digest": "汇总当日消息",
    "reminder_rule.create": "登记提醒规则", "reminder_rule.update": "修改提醒规则", "reminder_rules.load": "载入提醒规则",
    "reminder.send": "发送报送提醒", "return.urge": "催报", "returns.export_missing": "导出未报清单",
    "history.keep": "上传补录文件", "history.settle": "核对补录文件", "history.recheck": "重新核对补录文件",
    "history.confirm": "确认补录内容", "history.store": "写入补录内容", "history.discard": "放弃补录",
    "history.sign": "签核补录", "history.withdraw": "撤销补录",
    "publication.issue": "发布期次", "publication.revise": "修订期次", "publication.export": "导出期次",
    "disclosure.give": "批准完整提供数据", "disclosure.end": "停止完整提供数据",
    "attachment.add": "上传附件", "attachment.remove": "移除附件", "attachment.fetch": "下载附件",
    "files.alarm": "附件告警", "files.sweep": "清理无用附件",
    "evidence.attach": "上传报表佐证材料", "evidence.detach": "移除报表佐证材料",
    "paper.print": "打印报表", "paper.record": "登记签字扫描件", "paper.check": "核对签字扫描件",
    "paper.refuse": "退回签字扫描件",
    "dispatch.create": "建立临时调度表", "dispatch.shape": "修改临时调度表各列", "dispatch.send": "下发临时调度表",
    "dispatch.urge": "催报临时调度表", "dispatch.extend": "调整临时调度表截止时间", "dispatch.close": "收回临时调度表",
    "dispatch.reopen": "重新开放临时调度表", "dispatch.copy": "复制临时调度表", "dispatch.export": "导出临时调度汇总表",
    "dispatch.export_missing": "导出临时调度未报名单", "dispatch_answer.save": "保存临时调度填报",
    "dispatch_answer.file": "报送临时调度表", "dispatch_answer.load": "上传报送临时调度表",
    "request.raise": "提出企业诉求", "request.ask": "企业自行提出诉求", "request.assign": "交办企业诉求",
    "request.give_back": "退回交办的诉求", "request.take_up": "开始办理诉求", "request.answer": "反馈诉求办理结果",
    "request.accept": "评价诉求满意", "request.reject": "评价诉求不满意", "request.lapse": "诉求逾期未评价办结",
    "request.suspend": "挂起诉求", "request.look_again": "改定诉求再议日期", "request.resume": "恢复办理诉求",
    "request.withdraw": "撤回诉求", "request.reveal": "查看诉求联系电话", "requests.remind": "提醒诉求时限",
    "request_clock.set": "设置诉求办理时限", "request_kind.put": "保存诉求类别", "request_policy.update": "修改诉求受理设置",
    "service.record": "登记服务活动", "service.correct": "更正服务活动", "service.void": "作废服务活动",
    "visit.record": "登记包保走访", "visit.void": "作废包保走访",
    "light.answer": "说明滞后提示", "light.release": "发布滞后提示", "plan.release_forecasts": "发布目标预测",
    "task.create": "交办任务", "task.update": "修改任务", "task.revoke": "撤销任务", "task.receive": "接收任务",
    "task.report": "报送任务进展", "task.note": "记任务备注", "task.add_stage": "增加任务节点", "task.set_stage": "登记任务节点",
    "meeting.call": "提请召开会议", "meeting.change": "修改会议安排", "meeting.cancel": "取消会议", "meeting.hold": "登记会议召开",
    "meeting.set_agenda": "确定会议议程", "meeting.reopen_agenda": "撤回会议议程", "agenda.put": "列入会议议程",
    "agenda.add": "增加议题", "agenda.word": "修改议题", "agenda.remove": "移除议题", "agenda_proposal.make": "提报议题",
    "agenda_proposal.withdraw": "撤回提报议题", "agenda_proposal.decline": "答复提报议题", "minutes.say": "记录议定意见",
    "resolution.make": "记录议定事项", "resolution.drop": "删除议定事项", "minutes.issue": "印发会议纪要",
    "minutes.correct": "更正会议纪要",
    "task.set_rule": "调整任务亮灯规则", "task.ask_extension": "申请任务延期", "task.grant_extension": "准予任务延期",
    "task.decline_extension": "不同意任务延期", "task.close": "报送任务办结", "task.add_file": "补充任务办结材料",
    "task.accept": "验收任务办结", "task.send_back": "退回任务办结", "tasks.remind": "发送任务提醒",
    "instruction.enter": "登记领导批示", "instruction.draft": "起草批示反馈稿", "instruction.send": "报送批示反馈稿",
    "supervision.issue": "签发督办通知单", "supervision.receive": "签收督办通知单", "supervision.answer": "答复督办通知单",
    "audit.archive": "归档审计记录", "audit.export": "导出审计记录", "page.open": "打开页面", "register.export": "导出列表",
}  # fmt: skip


def verb_in_words(code: str) -> str:
    """park.update → 修改园区; a verb without words is shown as it is."""
    if code in WHOLE:
        return WHOLE[code]
    noun, _, verb = code.partition(".")
    if noun in NOUNS and verb in VERBS:
        return VERBS[verb] + NOUNS[noun]
    return code


def type_in_words(label: str) -> str:
    """parks.park → 园区; a model that is gone keeps its label."""
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label
