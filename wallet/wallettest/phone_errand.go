package wallettest

import "time"

// listen acts on the pushes that arrive for a pass type. No lock is held
// while the push service or the fleet's ears are called: both may call back.
func (p *Phone) listen(topic string, id *identity) {
	if p.opts.Pushes == nil {
		return
	}
	arriving, cancel := p.opts.Pushes.Subscribe(id.PushToken)
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		cancel()
		return
	}
	id.cancel = cancel
	if p.fleet == nil {
		p.listening.Go(func() {
			for range arriving { // ends with cancel and with the service
				p.pushArrived(topic)
			}
		})
	}
	p.mu.Unlock()
	if p.fleet != nil {
		p.fleet.ears.listen(arriving, func() { p.pushArrived(topic) })
	}
}

// deafen ends what listen began.
func (p *Phone) deafen(id *identity) {
	p.mu.Lock()
	cancel := id.cancel
	id.cancel = nil
	p.mu.Unlock()
	if cancel != nil {
		cancel()
	}
}

// pushArrived notes a push and has it acted on. Pushes that come while the
// phone has not got round to the last one are one.
func (p *Phone) pushArrived(topic string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := p.identities[topic]
	if id == nil || p.closed {
		return
	}
	p.stats.Pushes++
	if id.woken {
		return
	}
	id.woken = true
	p.forget(id)
	p.errand(topic, pushed, 0)
}

// errand has a request for changes made: by the fleet's workers, or by a
// goroutine of the phone's own. The caller holds p.mu.
func (p *Phone) errand(topic string, why reason, attempt int) {
	if p.fleet != nil {
		p.fleet.dispatch(func() { p.attend(topic, why, attempt) })
		return
	}
	p.listening.Go(func() { p.attend(topic, why, attempt) })
}

// attend asks for changes, again after a while if that fails.
func (p *Phone) attend(topic string, why reason, attempt int) {
	err := p.update(p.ctx, topic, why)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil && !p.identities[topic].woken { // else it is asked for anew already
		p.again(topic, why, attempt)
	}
}

// again has the phone try once more after the delay that follows so many
// failures, or give up. The caller holds p.mu.
func (p *Phone) again(topic string, why reason, attempt int) {
	if attempt >= len(p.opts.Delays) || p.closed {
		return
	}
	p.stats.Retries++
	p.forget(p.identities[topic])
	p.listening.Add(1)
	p.identities[topic].retry = time.AfterFunc(p.opts.Delays[attempt], func() {
		defer p.listening.Done()
		p.mu.Lock()
		defer p.mu.Unlock()
		if !p.closed {
			p.errand(topic, why, attempt+1)
		}
	})
}

// forget calls off the retry that waits; what is asked now does its work. The
// caller holds p.mu.
func (p *Phone) forget(id *identity) {
	if id.retry != nil && id.retry.Stop() {
		p.listening.Done()
	}
	id.retry = nil
}
