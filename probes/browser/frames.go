package browser

import (
	"context"
	"encoding/json"
	"html"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// frame is one that the tab's own script can't read: of another origin, in the
// tab's process or in one of its own.
type frame struct {
	session *session // where it is
	id      cdp.FrameID
	parent  *session // where the element is that shows it
	above   cdp.FrameID
}

// readFrames adds what stands in the visible frames that the page's script
// couldn't read. What doesn't answer in time is left out.
func (v *visit) readFrames(ctx context.Context, r *reading) {
	for _, f := range v.frames(ctx) {
		if !v.shows(ctx, f) {
			continue
		}
		s, err := v.snapshot(ctx, f.session, f.id)
		if err != nil || s == nil {
			continue
		}
		r.Met = r.Met || s.Met
		if len(r.Body)+len(s.Body) <= snapshotChars {
			r.Body += `<div data-genkan-frame="` + html.EscapeString(cut(s.URL, maxURL)) + `">` + s.Body + "</div>"
		}
		if len(r.HTML)+len(s.HTML) <= snapshotHTML {
			r.HTML += "\n<!-- frame " + html.EscapeString(cut(s.URL, maxURL)) + " -->\n" + s.HTML
		}
	}
}

// frames lists the frames below the tab's own document, in all processes.
func (v *visit) frames(ctx context.Context) []frame {
	list := v.framesOf(ctx, v.page, nil)
	v.children.mu.Lock()
	sessions := make(map[*session]cdp.FrameID, len(v.children.sessions))
	for id, s := range v.children.sessions {
		sessions[s] = v.children.frames[id]
	}
	v.children.mu.Unlock()
	for s, root := range sessions {
		owner := v.page
		list = append(list, frame{session: s, id: root, parent: owner})
		list = append(list, v.framesOf(ctx, s, nil)...)
	}
	return list[:min(len(list), maxChildren)]
}

// framesOf lists the frames below the root of one session.
func (v *visit) framesOf(ctx context.Context, s *session, list []frame) []frame {
	tree, err := call(ctx, s, page.GetFrameTree, cdp.Empty{})
	if err != nil {
		return nil
	}
	var walk func(*page.FrameTree)
	walk = func(t *page.FrameTree) {
		for _, child := range t.ChildFrames {
			list = append(list, frame{session: s, id: child.Frame.ID, parent: s, above: t.Frame.ID})
			walk(child)
		}
	}
	walk(tree.FrameTree)
	return list
}

// shows reports whether the element that shows a frame can be seen. Where that
// can't be told it is taken as seen.
func (v *visit) shows(ctx context.Context, f frame) bool {
	owner, err := call(ctx, f.parent, dom.GetFrameOwner, dom.GetFrameOwnerParams{FrameID: f.id})
	if err != nil {
		return true
	}
	above := f.above
	if above == "" {
		above = v.scene.frame
	}
	world, err := call(ctx, f.parent, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: above, WorldName: worldName})
	if err != nil {
		return true
	}
	node, err := call(ctx, f.parent, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: owner.BackendNodeID, ExecutionContextID: world.ExecutionContextID})
	if err != nil {
		return true
	}
	result, err := call(ctx, f.parent, runtime.CallFunctionOn, runtime.CallFunctionOnParams{
		FunctionDeclaration: "function() { return genkan.visible(this) }", ObjectID: node.Object.ObjectID, ReturnByValue: new(true), Silent: new(true),
	})
	return err != nil || string(result.Result.Value) != "false"
}

// quote writes s as a JavaScript string.
func quote(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		return `""` // strings always marshal
	}
	return string(text)
}
