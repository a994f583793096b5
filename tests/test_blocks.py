"""Where the text of a web page stands: threads of a forum, papers with comments under them."""

from policymine.cleaning import check_partition, clean_page
from policymine.model import CleanPage
from policymine.sources.reading import read_bytes

POST = (
    "<li class='item'><div class='user'><a href='/u/{0}'>成员{0}</a></div><div class='post-meta'>发表于 2022-5-{0}</div>"
    "<div class='comment-content'><p>{1}</p></div><div class='actions'><a href='#'>点赞</a><a href='#'>举报</a></div></li>"
)


def read(body: str) -> CleanPage:
    markup = f"<html><body><div class='nav'><a href='/'>首页</a></div>{body}<div class='footer'>版权所有</div></body></html>"
    clean = clean_page(read_bytes(markup.encode(), source="file", url="a.html", media_type="text/html"))
    check_partition(clean)
    return clean


def test_a_thread_is_what_its_members_wrote() -> None:
    said = ["水库管护经费从哪里出,各位有经验吗?", "我们镇从维修资金里列支", "顶", "同问,每座每年大概要多少"]
    posts = "".join(POST.format(number, text) for number, text in enumerate(said, 1))
    clean = read(f"<h1>水库管护怎么办</h1><ul class='comments'>{posts}</ul>")
    assert "\n".join(d.text for d in clean.documents).split() == said


def test_comments_under_a_paper_do_not_join_it() -> None:
    paper = "".join(f"<p>{n}、各镇要在{n}月底前完成水库排查,逐库建立台账,不得拖延,县水利局逐一复核。</p>" for n in range(1, 9))
    posts = "".join(POST.format(number, text) for number, text in enumerate(["写得好,学习了", "沙发"], 1))
    clean = read(f"<div class='article'>{paper}</div><ul class='comments'>{posts}</ul>")
    text = "\n".join(d.text for d in clean.documents)
    assert "8、各镇" in text
    assert "沙发" not in text
    assert "学习了" not in text


def test_one_post_alone_is_no_thread() -> None:
    clean = read(
        "<div class='post-content'><p>各镇要在月底前完成水库排查,逐库建立台账,不得拖延。</p></div>"
        "<div class='side'>热门文章</div>"
    )
    assert [d.text for d in clean.documents] == ["各镇要在月底前完成水库排查,逐库建立台账,不得拖延。"]
